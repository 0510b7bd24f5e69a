using WebCoord.Core;
using WebCoord.Core.Commands;
using WebCoord.Core.Sessions;
using WebCoord.TransactionLog;

namespace WebCoord.Server.Pipeline;

/// <summary>
/// Keeps sessions alive and ends them: gathers who was heard of into one touch per tick, and half a tick later proposes
/// the end of those whose time is up. It also proposes the reaping of containers and TTL nodes. What it proposes is
/// judged at apply, so a proposal that comes late or twice does no harm.
/// </summary>
internal sealed class SessionTracker(
    SessionOptions options, ITransactionLog log, Applier applier, Sequencer sequencer, LogHealth health,
    LocalInstance self, TimeProvider time)
{
    /// <summary>Most proposals to end or to reap at once, so that a flood of them never crowds out clients' writes.
    /// </summary>
    private const int MaxEndsAtOnce = 1_000;

    /// <summary>Most sessions in one touch: their ids must fit a batch of the log.</summary>
    private const int MaxTouchesAtOnce = 100_000;

    /// <summary>Most containers and TTL nodes looked at in a round; the next round goes on from there.</summary>
    private const int MaxLooksAtOnce = 20_000;

    private readonly Lock _lock = new();
    private HashSet<SessionId> _contacted = [];
    private int _nextLook;
    private Zxid _lastTick;

    /// <summary>Notes that a session's client was heard of. Unknown sessions do no harm.</summary>
    public void Contact(SessionId session)
    {
        lock (_lock)
        {
            _contacted.Add(session);
        }
    }

    /// <summary>Whether this instance's contact with the log is young enough to vouch for a session of that timeout; if
    /// not, its client should turn to another instance before the session can expire.</summary>
    public bool CanVouchFor(int timeoutMs) => health.Silence.TotalMilliseconds < timeoutMs / 3.0;

    public async Task RunAsync(CancellationToken stopping)
    {
        var lastReap = time.GetTimestamp();
        var halfTick = TimeSpan.FromMilliseconds(applier.State.Settings.TickMs / 2.0);
        while (!await ResumeAsync())
        {
            await Task.Delay(halfTick, time, stopping);
        }

        while (true)
        {
            await Task.Delay(halfTick, time, stopping);
            await TouchAsync();
            await Task.Delay(halfTick, time, stopping);
            await ExpireAsync();
            if (time.GetElapsedTime(lastReap).TotalMilliseconds >= options.ReapIntervalMs)
            {
                await ReapAsync();
                lastReap = time.GetTimestamp();
            }

            halfTick = TimeSpan.FromMilliseconds(applier.State.Settings.TickMs / 2.0);
        }
    }

    /// <summary>All timeouts start afresh before any session is ended: while no process was there, clients had nobody
    /// to turn to. In a shared log others may have been there; if none was, the gap between its entries tells
    /// (<see cref="StateMachine"/>).</summary>
    private async Task<bool> ResumeAsync() => log.Description.IsShared || applier.State.Sessions.Count == 0
        || (await sequencer.SubmitOwnAsync(new Command.ServiceResumed())).Succeeded;

    /// <summary>Whether this instance is the first of those that the state knows: what one must do, it does.</summary>
    private bool IsFirst(CoordinationState state) =>
        state.Instances.Count == 0 || state.Instances.Keys.First() == self.Id || !log.Description.IsShared;

    /// <summary>One entry per tick while anything can run out, so that the log clock moves; and while the log is away,
    /// to see when it is back. In a shared log the entries of others move it as well.</summary>
    private async Task TouchAsync()
    {
        var state = applier.State;
        var alive = TakeContacted().Where(id => state.Sessions.Find(id) is not null).Order().ToArray();
        var othersMoveIt = !IsFirst(state) && alive.Length == 0 && state.LastZxid > _lastTick;
        _lastTick = state.LastZxid;
        if (health.IsAvailable && (othersMoveIt || (state.Sessions.Count == 0 && state.Tree.Reapable.Count == 0)))
        {
            return;
        }

        foreach (var batch in alive.Chunk(MaxTouchesAtOnce).DefaultIfEmpty([]))
        {
            var result = await sequencer.SubmitOwnAsync(new Command.TouchSessions([.. batch]));
            if (!result.Succeeded)
            {
                KeepForNextTick(batch);
            }
        }
    }

    private HashSet<SessionId> TakeContacted()
    {
        lock (_lock)
        {
            var contacted = _contacted;
            _contacted = [];
            return contacted;
        }
    }

    private void KeepForNextTick(IEnumerable<SessionId> sessions)
    {
        lock (_lock)
        {
            _contacted.UnionWith(sessions);
        }
    }

    private bool WasContacted(SessionId id)
    {
        lock (_lock)
        {
            return _contacted.Contains(id);
        }
    }

    private async Task ExpireAsync()
    {
        var state = applier.State;

        // Elsewhere a client may have been heard of whose touch is under way: that is gathered for a tick. The others
        // give the first half a tick more, so that normally each end is proposed once.
        var ticks = !log.Description.IsShared ? 0 : IsFirst(state) ? 1.5 : 2;
        var deadline = state.LogClockMs - (long)(ticks * state.Settings.TickMs);
        var overdue = state.Sessions
            .Where(session => session.IsOverdue(deadline) && !WasContacted(session.Id))
            .Take(MaxEndsAtOnce);
        await ProposeAsync(overdue.Select(session => new Command.ExpireSession(session.Id, session.LastTouchMs)));
    }

    private async Task ReapAsync()
    {
        var state = applier.State;
        var reapable = state.Tree.Reapable;
        if (reapable.Count == 0 || !IsFirst(state))
        {
            return;
        }

        var looks = Math.Min(reapable.Count, MaxLooksAtOnce);
        var due = Enumerable.Range(_nextLook, looks)
            .Select(index => reapable[index % reapable.Count])
            .Where(path => state.Tree.Find(path)!.IsReapable(state.LogClockMs, state.Settings))
            .Take(MaxEndsAtOnce);
        await ProposeAsync(due.Select(path => new Command.Reap(path)));
        _nextLook = (_nextLook + looks) % reapable.Count;
    }

    private async Task ProposeAsync(IEnumerable<Command> commands) =>
        await Task.WhenAll(commands.Select(sequencer.SubmitOwnAsync));
}
