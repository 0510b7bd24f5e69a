using WebCoord.Core.Commands;
using WebCoord.Core.Sessions;

namespace WebCoord.Server.Pipeline;

/// <summary>
/// Keeps sessions alive and ends them: gathers who was heard of into one touch per tick, and half a tick later proposes
/// the end of those whose time is up. It also proposes the reaping of containers and TTL nodes. What it proposes is
/// judged at apply, so a proposal that comes late does no harm.
/// </summary>
internal sealed class SessionTracker(Applier applier, Sequencer sequencer, LogHealth health, TimeProvider time)
{
    /// <summary>How often containers and TTL nodes are looked through.</summary>
    private static readonly TimeSpan ReapInterval = TimeSpan.FromSeconds(2);

    /// <summary>Most proposals to reap at once, so that a flood of them never crowds out clients' writes.</summary>
    private const int MaxReapsAtOnce = 1_000;

    private readonly Lock _lock = new();
    private HashSet<SessionId> _contacted = [];
    private HashSet<SessionId> _touching = [];

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
            if (time.GetElapsedTime(lastReap) >= ReapInterval)
            {
                await ReapAsync();
                lastReap = time.GetTimestamp();
            }

            halfTick = TimeSpan.FromMilliseconds(applier.State.Settings.TickMs / 2.0);
        }
    }

    /// <summary>All timeouts start afresh before any session is ended: while no process was there, clients had nobody
    /// to turn to.</summary>
    private async Task<bool> ResumeAsync() => applier.State.Sessions.Count == 0
        || (await sequencer.SubmitAsync(new Request(new Command.ServiceResumed()), default)).Succeeded;

    /// <summary>One entry per tick while anything can run out, so that the log clock moves; and while the log is away,
    /// to see when it is back.</summary>
    private async Task TouchAsync()
    {
        lock (_lock)
        {
            (_contacted, _touching) = ([], _contacted);
        }

        var state = applier.State;
        var alive = _touching.Where(id => state.Sessions.Find(id) is not null).Order().ToArray();
        if (state.Sessions.Count == 0 && state.Tree.Reapable.Count == 0 && health.IsAvailable)
        {
            return;
        }

        var result = await sequencer.SubmitAsync(new Request(new Command.TouchSessions([.. alive])), default);
        lock (_lock)
        {
            if (!result.Succeeded)
            {
                _contacted.UnionWith(alive);
            }

            _touching = [];
        }
    }

    private async Task ExpireAsync()
    {
        var state = applier.State;
        var overdue = state.Sessions.Where(session => session.IsOverdue(state.LogClockMs) && !WasContacted(session.Id));
        await ProposeAsync(overdue.Select(session => new Command.ExpireSession(session.Id, session.LastTouchMs)));
    }

    private bool WasContacted(SessionId id)
    {
        lock (_lock)
        {
            return _contacted.Contains(id);
        }
    }

    private async Task ReapAsync()
    {
        var state = applier.State;
        var due = state.Tree.Reapable
            .Where(path => state.Tree.Find(path)!.IsReapable(state.LogClockMs, state.Settings))
            .Take(MaxReapsAtOnce);
        await ProposeAsync(due.Select(path => new Command.Reap(path)));
    }

    private async Task ProposeAsync(IEnumerable<Command> commands) =>
        await Task.WhenAll(commands.Select(command => sequencer.SubmitAsync(new Request(command), default)));
}
