using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Microsoft.AspNetCore.SignalR;
using WebCoord.Server.Contract;
using WebCoord.Server.Pipeline;

namespace WebCoord.Server.SignalR;

/// <summary>What holds for every call: there is a limit to those under way, and whatever a method throws becomes a
/// problem document.</summary>
internal sealed partial class CallFilter(HubConnector connector, Applier applier, SessionTracker tracker,
    ILogger<CallFilter> logger) : IHubFilter
{
    public async ValueTask<object?> InvokeMethodAsync(HubInvocationContext invocationContext,
        Func<HubInvocationContext, ValueTask<object?>> next)
    {
        var connection = connector.Find(invocationContext.Context);
        if (!connection.TryBeginCall())
        {
            return CallAnswer.Of(HubProblem.Of(ProblemCatalog.Throttled, string.Create(CultureInfo.InvariantCulture,
                $"{HubConnection.MaxCalls} calls of this connection are under way; wait for answers and try again.")));
        }

        connection.Session.Judge(applier, tracker);
        var answer = await AnswerAsync(invocationContext, next);
        answer.Occupy(connection);
        if (invocationContext.HubMethodArguments is [HubArguments { IsAnswered: false }])
        {
            answer.Written();
        }

        return answer;
    }

    [SuppressMessage("Design", "CA1031", Justification = "The client must not see the text of any exception.")]
    private async Task<CallAnswer> AnswerAsync(HubInvocationContext call,
        Func<HubInvocationContext, ValueTask<object?>> next)
    {
        try
        {
            return (CallAnswer)(await next(call))!;
        }
        catch (HubException problem)
        {
            return CallAnswer.Of(problem);
        }
        catch (Exception exception)
        {
            var traceId = Activity.Current?.Id ?? Guid.NewGuid().ToString("n");
            if (!call.Context.ConnectionAborted.IsCancellationRequested)
            {
                LogBug(call.HubMethodName, traceId, exception);
            }

            var kind = ProblemCatalog.InternalError;
            return CallAnswer.Of(HubProblem.Of(Problems.Of(kind, kind.Meaning) with { TraceId = traceId }));
        }
    }

    [LoggerMessage(300, LogLevel.Error, "The hub method {Method} failed (trace {TraceId})")]
    private partial void LogBug(string method, string traceId, Exception exception);
}
