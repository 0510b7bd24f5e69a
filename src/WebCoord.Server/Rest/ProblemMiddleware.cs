using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Connections;
using WebCoord.Server.Contract;
using WebCoord.Server.Pipeline;
using WebCoord.Server.Security;
using WebCoord.TransactionLog;

namespace WebCoord.Server.Rest;

/// <summary>
/// Sees to it that every failure is told in a problem document: exceptions, refusals on the way to the endpoint,
/// and bare statuses that the framework sets, such as 404 for an unknown route and 405. It also puts on every
/// response what all have: the zxid, and whether it may be cached.
/// </summary>
internal sealed partial class ProblemMiddleware(RequestDelegate next, Applier applier, ITransactionLog log,
    ILogger<ProblemMiddleware> logger)
{
    /// <summary>For the metrics: the client went away before its answer.</summary>
    private const int ClientClosedRequest = 499;

    public async Task InvokeAsync(HttpContext context)
    {
        SetHeaders(context);
        try
        {
            if (await ServeAsync(context) is { } problem)
            {
                await new ProblemResult(problem).ExecuteAsync(context);
            }
        }
        catch (Exception failure) when (IsOfGoneClient(failure, context))
        {
            if (!context.Response.HasStarted)
            {
                context.Response.StatusCode = ClientClosedRequest;
            }

            // Else the server would try to pass over the rest of a body whose reading was broken off, and log an error.
            context.Abort();
        }
    }

    /// <summary>The problem that is still to be told; null when the request is answered.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "Whatever it was, the client gets a problem document.")]
    private async Task<ProblemBody?> ServeAsync(HttpContext context)
    {
        var response = context.Response;
        try
        {
            await next(context);
        }
        catch (Exception failure) when (!response.HasStarted && !IsOfGoneClient(failure, context))
        {
            response.Clear();
            SetHeaders(context);
            if (failure is BadHttpRequestException refusal)
            {
                return Explain(refusal);
            }

            LogBug(failure, context.Request.Method, context.TraceIdentifier);
            return Problems.Of(ProblemCatalog.InternalError, ProblemCatalog.InternalError.Meaning);
        }

        if (response is not { HasStarted: false, StatusCode: >= 400, ContentType: null, ContentLength: null })
        {
            return null;
        }

        if (Refusals.RefusalOf(context) is { } told)
        {
            return told;
        }

        var kind = ProblemCatalog.OfStatus(response.StatusCode);
        return Problems.Of(kind, kind.Meaning) with { Status = response.StatusCode };
    }

    private void SetHeaders(HttpContext context)
    {
        var response = context.Response;
        response.SetZxid(applier.State.LastZxid);
        if (WriteOutcome.IsAskedOf(context.Request))
        {
            response.SetDurability(log.Description.Durability);
        }
        else
        {
            response.Headers.CacheControl = "no-cache";
        }
    }

    /// <summary>Nobody would read an answer, and it is nobody's fault.</summary>
    private static bool IsOfGoneClient(Exception failure, HttpContext context) => failure is ConnectionResetException
        || (failure is OperationCanceledException or IOException and not BadHttpRequestException
            && context.RequestAborted.IsCancellationRequested);

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

    [GeneratedRegex("""^Failed to bind parameter "(?<type>\S+) (?<name>\w+)" from "(?<value>.*)"\.$""",
        RegexOptions.Singleline)]
    private static partial Regex UnreadableParameter();

    [LoggerMessage(200, LogLevel.Error, "A bug was met in {Method}, trace {TraceId}")]
    private partial void LogBug(Exception bug, string method, string traceId);
}
