using Microsoft.AspNetCore.Http.HttpResults;
using WebCoord.Server.Contract;
using WebCoord.Server.Pipeline;
using WebCoord.TransactionLog;

namespace WebCoord.Server.Rest;

/// <summary><c>/v1/log</c>: what only a person can decide about the log.</summary>
internal static partial class LogApi
{
    private static readonly BodyLimit Limit = new(16 << 10, "the body of a decision");

    public static void MapLog(this IEndpointRouteBuilder api)
    {
        api.MapPost("/log/loss", AcceptLossAsync).WithName("acceptLogLoss").WithTags("cluster")
            .WithSummary("Go on after the log was lost")
            .WithDescription("Only while writes answer log-lost: 'keep' says whether to go on from the state that this "
                + "instance still has (the log must be empty), or from what is in the log instead. Either gives up the "
                + "other for ever. Needs super: 'Authorization: Basic' with the name and password of "
                + "WebCoord:ZooKeeper:SuperDigest.")
            .Accepts<AcceptLossBody>("application/json").Refuses(400, 401, 403, 408, 409, 410, 413, 415, 503, 504);
    }

    private static async Task<Results<Ok<LossAcceptedBody>, ProblemResult>> AcceptLossAsync(RequestContext request,
        ITransactionLog log, Applier applier, ILoggerFactory loggers, [AsParameters] WriteQuery query)
    {
        if (!request.Caller.IsSuper)
        {
            return new ProblemResult(Problems.Of(ProblemCatalog.NoAuth,
                "Only the super user may decide what becomes of a log that was lost.") with
            {
                Status = request.Caller.IsAnonymous ? 401 : 403,
            });
        }

        var (body, problem) = await RequestBody.ReadJsonAsync<AcceptLossBody>(request, Limit);
        if (body is null)
        {
            return new ProblemResult(problem!);
        }

        if (body.Keep is not { } keep)
        {
            return new ProblemResult(Problems.BadArgument("keep", "must be state or log"));
        }

        request.LetGoOfState();
        var state = applier.State;
        try
        {
            WriteOutcome.NoteSubmitted(request.Http);
            await log.AcceptLossAsync((LossAcceptance)keep, state, CancellationToken.None);
        }
        catch (LogRefusedException refusal)
        {
            WriteOutcome.NoteNothingDone(request.Http);
            return new ProblemResult(Problems.Of(ProblemCatalog.LogNotLost, refusal.Message));
        }
        catch (LogUnavailableException failure)
        {
            return new ProblemResult(Unavailable(request, failure));
        }

        LogAccepted(loggers.CreateLogger(typeof(LogApi)), keep, state.LastZxid, log.Description.Location);
        WriteOutcome.NoteDone(request.Http);
        return TypedResults.Ok(new LossAcceptedBody { Keep = keep, Zxid = state.LastZxid.ToString() });
    }

    private static ProblemBody Unavailable(RequestContext request, LogUnavailableException failure)
    {
        if (failure.OutcomeKnown)
        {
            WriteOutcome.NoteNothingDone(request.Http);
            return Problems.Of(failure.IsLost ? ProblemCatalog.LogLost : ProblemCatalog.LogUnavailable,
                failure.Message);
        }

        return Problems.Of(ProblemCatalog.OutcomeUnknown,
            $"{failure.Message} Look at /v1/cluster before you decide again.");
    }

    [LoggerMessage(210, LogLevel.Warning, "The loss of the log at {Location} was accepted: kept is the {Kept}; this "
        + "instance was at zxid {Zxid}")]
    private static partial void LogAccepted(ILogger logger, KeptPart kept, Core.Zxid zxid, string location);
}
