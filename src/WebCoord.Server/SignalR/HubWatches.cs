using System.Globalization;
using WebCoord.Core.Tree;
using WebCoord.Core.Watches;
using WebCoord.Server.Contract;
using WebCoord.Server.Pipeline;

namespace WebCoord.Server.SignalR;

/// <summary>The calls on watches. A node is read and its watch armed in one step, under the Applier's lock.</summary>
internal sealed class HubWatches(Applier applier, HubReads reads)
{
    private const int MaxIdLength = 256;

    /// <summary>What came of an attempt to arm: an answer, a problem, or neither when it must be tried again.</summary>
    private sealed record Attempt(AnswerTurn Turn, WatchAnswer? Answer = null, ProblemBody? Problem = null);

    public async Task<WatchAnswer> WatchAsync(HubConnection connection, WatchCall call,
        CancellationToken cancellationToken)
    {
        var id = IdOf(call.WatchId);
        var path = CallReader.Path(call.Path);
        var kind = KindOf(call);
        await reads.AwaitAsync(CallReader.Freshness(call), cancellationToken);
        while (true)
        {
            var attempt = applier.Arm((state, manager) =>
                Arm(connection, connection.Queue.BeginAnswer(state), manager, id, path, call.Kind!, kind));
            using var turn = attempt.Turn;
            await turn.Ready;
            if (attempt.Problem is not null)
            {
                throw HubProblem.Of(attempt.Problem);
            }

            if (attempt.Answer is not null)
            {
                return attempt.Answer;
            }
        }
    }

    public async Task UnwatchAsync(HubConnection connection, UnwatchCall call)
    {
        var id = IdOf(call.WatchId);
        var (turn, found) = applier.Arm((state, manager) =>
            (connection.Queue.BeginAnswer(state), connection.Disarm(manager, id)));
        using (turn)
        {
            await turn.Ready;
        }

        if (!found)
        {
            throw HubProblem.Of(ProblemCatalog.NoWatcher, $"This connection has no watch {id}; it may have fired.");
        }
    }

    public async Task<WatchListAnswer> ListWatchesAsync(HubConnection connection)
    {
        var (turn, watches) = applier.Arm((state, _) =>
            (connection.Queue.BeginAnswer(state), connection.ListWatches()));
        using (turn)
        {
            await turn.Ready;
        }

        return new WatchListAnswer(
            [.. watches.Select(watch => new ArmedWatch(watch.Id, watch.Path, watch.ArmedFor, "once"))]);
    }

    private static Attempt Arm(HubConnection connection, AnswerTurn turn, WatchManager<IWatcher> manager, string id,
        ZnodePath path, string armedFor, WatchKind kind)
    {
        // A watch armed between an overflow and its Resync would be dropped with the others, and nobody would know.
        if (connection.Queue.HasOverflowed)
        {
            return new Attempt(turn);
        }

        var node = turn.State.Tree.Find(path);
        var zxid = turn.State.LastZxid.ToString();
        if (armedFor != "exists" && HubReads.Judge(connection, path, node) is { } problem)
        {
            return new Attempt(turn, Problem: problem with { Zxid = zxid });
        }

        if (connection.Arm(manager, id, path.Value, armedFor, kind) is null)
        {
            var detail = string.Create(CultureInfo.InvariantCulture,
                $"A connection may have {connection.Facts.MaxWatches} watches (Limits:MaxWatchesPerConnection).");
            return new Attempt(turn, Problem: Problems.Of(ProblemCatalog.QuotaExceeded, detail, path.Value));
        }

        var stat = node is null ? null : StatBody.From(node.Stat);
        return new Attempt(turn, new WatchAnswer(zxid, node is not null, stat, zxid));
    }

    private static string IdOf(string? id) =>
        CallReader.Required("watchId", id) is { Length: >= 1 and <= MaxIdLength } given
            ? given
            : throw HubProblem.BadArgument("watchId", $"must have 1 to {MaxIdLength} characters");

    /// <summary>The modes persistent and recursive, and catching up since a cursor, have their place here.</summary>
    private static WatchKind KindOf(WatchCall call)
    {
        if (call.Mode != "once")
        {
            throw HubProblem.BadArgument("mode", call.Mode is "persistent" or "recursive"
                ? "must be once: this version has no persistent or recursive watches"
                : "must be once");
        }

        if (call.Since is not null)
        {
            throw HubProblem.BadArgument("since",
                "is not supported: this version keeps no history; read the node again");
        }

        return call.Kind switch
        {
            "data" or "exists" => WatchKind.Data,
            "children" => WatchKind.Children,
            _ => throw HubProblem.BadArgument("kind", "must be data, exists or children"),
        };
    }
}
