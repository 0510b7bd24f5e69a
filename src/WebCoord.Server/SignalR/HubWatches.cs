using System.Globalization;
using WebCoord.Core;
using WebCoord.Core.Tree;
using WebCoord.Core.Watches;
using WebCoord.Server.Contract;
using WebCoord.Server.Pipeline;

namespace WebCoord.Server.SignalR;

/// <summary>The calls on watches. A node is read and its watch armed in one step, under the Applier's lock.</summary>
internal sealed class HubWatches(Applier applier, HubReads reads)
{
    private const int MaxIdLength = 256;

    /// <summary>What came of an attempt to arm: one of the two.</summary>
    private sealed record Attempt(WatchAnswer? Answer = null, ProblemBody? Problem = null);

    public Task<CallAnswer> WatchAsync(HubConnection connection, WatchCall call, CancellationToken cancellationToken)
    {
        var id = IdOf(call.WatchId);
        var path = CallReader.Path(call.Path);
        var kind = KindOf(call);
        return InOrderAsync(connection, call, () => ArmAsync(connection, (state, manager) =>
            Arm(connection, state, manager, id, path, call.Kind!, kind)), cancellationToken);
    }

    public Task<CallAnswer> UnwatchAsync(HubConnection connection, UnwatchCall call,
        CancellationToken cancellationToken)
    {
        var id = IdOf(call.WatchId);
        return InOrderAsync(connection, call, () =>
        {
            var (found, turn) = applier.Arm((state, manager) =>
                (connection.Disarm(manager, id), connection.Queue.BeginAnswer(state)));
            return CallAnswer.InTurnAsync(turn, _ => found
                ? null
                : throw HubProblem.Of(ProblemCatalog.NoWatcher,
                    $"This connection has no watch {id}; it may have fired."));
        }, cancellationToken);
    }

    public Task<CallAnswer> ListWatchesAsync(HubConnection connection, ListWatchesCall call,
        CancellationToken cancellationToken) => InOrderAsync(connection, call, () =>
        {
            var (watches, turn) = applier.Arm((state, _) =>
                (connection.ListWatches(), connection.Queue.BeginAnswer(state)));
            return CallAnswer.InTurnAsync(turn, _ => new WatchListAnswer(
                [.. watches.Select(watch => new ArmedWatch(watch.Id, watch.Path, watch.ArmedFor, "once"))]));
        }, cancellationToken);

    /// <summary>Lets the calls on watches of a connection take effect in the order in which they came.</summary>
    private Task<CallAnswer> InOrderAsync(HubConnection connection, HubCall call, Func<Task<CallAnswer>> effect,
        CancellationToken cancellationToken) =>
        connection.WatchCalls.RunAsync(reads.AwaitAsync(CallReader.Freshness(call), cancellationToken), effect);

    private async Task<CallAnswer> ArmAsync(HubConnection connection,
        Func<CoordinationState, WatchManager<IWatcher>, Attempt?> arm)
    {
        while (true)
        {
            // The turn is begun last, so that none is left over if arming throws; the lock makes it one step.
            var (attempt, turn) = applier.Arm((state, manager) =>
                (arm(state, manager), connection.Queue.BeginAnswer(state)));
            if (attempt is not null)
            {
                return await CallAnswer.InTurnAsync(turn, _ => attempt.Answer ?? throw HubProblem.Of(attempt.Problem!));
            }

            await turn.Ready;
            turn.End();
        }
    }

    /// <returns>Null when it must be tried again.</returns>
    private static Attempt? Arm(HubConnection connection, CoordinationState state, WatchManager<IWatcher> manager,
        string id, ZnodePath path, string armedFor, WatchKind kind)
    {
        // A watch armed between an overflow and its Resync would be dropped with the others, and nobody would know.
        if (connection.Queue.HasOverflowed)
        {
            return null;
        }

        var node = state.Tree.Find(path);
        var zxid = state.LastZxid.ToString();
        if (armedFor != "exists" && HubReads.Judge(connection, path, node) is { } problem)
        {
            return new Attempt(Problem: problem with { Zxid = zxid });
        }

        if (connection.Arm(manager, id, path.Value, armedFor, kind) is null)
        {
            var detail = string.Create(CultureInfo.InvariantCulture,
                $"A connection may have {connection.Facts.MaxWatches} watches (Limits:MaxWatchesPerConnection).");
            return new Attempt(Problem: Problems.Of(ProblemCatalog.QuotaExceeded, detail, path.Value));
        }

        var stat = node is null ? null : StatBody.From(node.Stat);
        return new Attempt(new WatchAnswer(zxid, node is not null, stat, zxid));
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
