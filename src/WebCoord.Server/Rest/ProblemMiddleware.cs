using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.RegularExpressions;
using WebCoord.Server.Contract;
using WebCoord.Server.Pipeline;

namespace WebCoord.Server.Rest;

/// <summary>
/// Sees to it that every failure is told in a problem document: exceptions, and bare statuses that the framework sets,
/// such as 404 for an unknown route and 405. It also puts the zxid on every response.
/// </summary>
internal sealed partial class ProblemMiddleware(RequestDelegate next, Applier applier,
    ILogger<ProblemMiddleware> logger)
{
    [SuppressMessage("Design", "CA1031", Justification = "Whatever it was, the client gets a problem document.")]
    public async Task InvokeAsync(HttpContext context)
    {
        var response = context.Response;
        response.SetZxid(applier.State.LastZxid);
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client is gone; nobody would read an answer.
            return;
        }
        catch (BadHttpRequestException refusal) when (!response.HasStarted)
        {
            await AnswerAsync(context, Explain(refusal));
            return;
        }
        catch (Exception bug) when (!response.HasStarted)
        {
            LogBug(bug, context.Request.Method, context.TraceIdentifier);
            await AnswerAsync(context, Problems.Of(ProblemCatalog.InternalError, ProblemCatalog.InternalError.Meaning));
            return;
        }

        if (response is { HasStarted: false, StatusCode: >= 400, ContentType: null, ContentLength: null })
        {
            var kind = ProblemCatalog.OfStatus(response.StatusCode);
            await new ProblemResult(Problems.Of(kind, kind.Meaning) with { Status = response.StatusCode })
                .ExecuteAsync(context);
        }
    }

    private Task AnswerAsync(HttpContext context, ProblemBody problem)
    {
        context.Response.Clear();
        context.Response.SetZxid(applier.State.LastZxid);
        return new ProblemResult(problem).ExecuteAsync(context);
    }

    /// <summary>What the framework could not read: a parameter, or the body below its JSON.</summary>
    private static ProblemBody Explain(BadHttpRequestException refusal)
    {
        var parameter = UnreadableParameter().Match(refusal.Message);
        return parameter.Success
            ? Problems.BadArgument(JsonNamingPolicy.CamelCase.ConvertName(parameter.Groups["name"].Value),
                $"cannot be '{parameter.Groups["value"].Value}'; it is {Describe(parameter.Groups["type"].Value)}")
            : Problems.Of(ProblemCatalog.OfStatus(refusal.StatusCode), refusal.Message) with
            {
                Status = refusal.StatusCode,
            };
    }

    private static string Describe(string type) => type switch
    {
        "int" or "Nullable<int>" or "long" or "Nullable<long>" => "a whole number",
        "bool" or "Nullable<bool>" => "true or false",
        _ => "of another form",
    };

    [GeneratedRegex("""^Failed to bind parameter "(?<type>\S+) (?<name>\w+)" from "(?<value>.*)"\.$""")]
    private static partial Regex UnreadableParameter();

    [LoggerMessage(200, LogLevel.Error, "A bug was met in {Method}, trace {TraceId}")]
    private partial void LogBug(Exception bug, string method, string traceId);
}
