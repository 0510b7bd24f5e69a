using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.SignalR;
using WebCoord.Server.Contract;

namespace WebCoord.Server.SignalR;

/// <summary>Turns whatever escapes from a method into a problem document. What gets here is a bug: methods tell of
/// failures themselves.</summary>
internal sealed partial class ProblemFilter(ILogger<ProblemFilter> logger) : IHubFilter
{
    [SuppressMessage("Design", "CA1031", Justification = "The client must not see the text of any exception.")]
    public async ValueTask<object?> InvokeMethodAsync(HubInvocationContext invocationContext,
        Func<HubInvocationContext, ValueTask<object?>> next)
    {
        try
        {
            return await next(invocationContext);
        }
        catch (Exception exception) when (exception is not HubException)
        {
            var abandoned = invocationContext.Context.ConnectionAborted.IsCancellationRequested;
            var traceId = Activity.Current?.Id ?? Guid.NewGuid().ToString("n");
            if (!abandoned)
            {
                LogBug(invocationContext.HubMethodName, traceId, exception);
            }

            var kind = ProblemCatalog.InternalError;
            throw HubProblem.Of(Problems.Of(kind, kind.Meaning) with { TraceId = traceId });
        }
    }

    [LoggerMessage(300, LogLevel.Error, "The hub method {Method} failed (trace {TraceId})")]
    private partial void LogBug(string method, string traceId, Exception exception);
}
