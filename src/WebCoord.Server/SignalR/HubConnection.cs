using WebCoord.Core;
using WebCoord.Core.Commands;
using WebCoord.Core.Sessions;
using WebCoord.Core.Watches;
using WebCoord.Server.Pipeline;
using WebCoord.Server.Security;

namespace WebCoord.Server.SignalR;

/// <summary>One client's connection: who it is, its watches, its session, and what it is still to be told.</summary>
internal sealed partial class HubConnection
{
    /// <summary>Calls that may be under way, from their arrival until their answer is written.</summary>
    public const int MaxCalls = 1_000;

    private readonly Applier _applier;
    private readonly ICoordinationClient _client;
    private readonly Action _abort;
    private readonly ILogger _logger;
    private readonly Func<Task> _resyncAfterOverflow;

    // Touched under the Applier's lock only.
    private readonly Dictionary<string, HubWatch> _watches = new(StringComparer.Ordinal);
    private bool _isClosed;
    private int _calls;

    public HubConnection(Applier applier, WriteOrder writes, HubConnectionFacts facts, ICoordinationClient client,
        Action abort, ILogger logger)
    {
        _logger = logger;
        _applier = applier;
        _client = client;
        _abort = abort;
        Facts = facts;
        Writes = writes;
        Queue = new OutgoingQueue(applier, facts.QueueCapacity, Fail);
        Session = new ConnectionSession(this);
        _resyncAfterOverflow = () => ResyncAsync("queue-overflow");
    }

    public HubConnectionFacts Facts { get; }

    public CallerIdentities Caller => Facts.Caller;

    public OutgoingQueue Queue { get; }

    public WriteOrder Writes { get; }

    /// <summary>The order of the calls that open and close the session.</summary>
    public CallOrder SessionCalls { get; } = new();

    /// <summary>The order of the calls on watches.</summary>
    public CallOrder WatchCalls { get; } = new();

    public ConnectionSession Session { get; }

    /// <summary>Armed watches; a look from outside the Applier's lock may be late.</summary>
    public int WatchCount => _watches.Count;

    /// <summary>Arms a watch in place of the one of the same name, if there is one. The Applier's lock is held.
    /// </summary>
    /// <returns>Null when the connection has as many as it may have, or is gone.</returns>
    public HubWatch? Arm(WatchManager<IWatcher> manager, string id, string path, string armedFor, WatchKind kind)
    {
        Disarm(manager, id);
        if (_isClosed || _watches.Count >= Facts.MaxWatches)
        {
            return null;
        }

        var watch = new HubWatch(this, id, path, armedFor, kind);
        manager.Add(path, kind, WatchMode.OneShot, watch);
        _watches.Add(id, watch);
        return watch;
    }

    /// <summary>Removes a watch; false if there is none of that name. The Applier's lock is held.</summary>
    public bool Disarm(WatchManager<IWatcher> manager, string id)
    {
        if (!_watches.Remove(id, out var watch))
        {
            return false;
        }

        manager.RemoveAll(watch);
        return true;
    }

    /// <summary>The armed watches in the order of their names. The Applier's lock is held.</summary>
    public IReadOnlyList<HubWatch> ListWatches() =>
        [.. _watches.Values.OrderBy(watch => watch.Id, StringComparer.Ordinal)];

    /// <summary>Queues what a watch tells. The Applier holds its lock.</summary>
    public void EnqueueEvent(HubWatch watch, WatchEvent watchEvent)
    {
        // All watches here are one-shot: this was its event. A watch of the same name may have taken its place.
        if (_watches.TryGetValue(watch.Id, out var armed) && armed == watch)
        {
            _watches.Remove(watch.Id);
        }

        Queue.EnqueueEvent(
            new Push(watchEvent.Zxid, () => _client.WatchEvent(watch.Id, SharedEvent.Of(watchEvent))),
            _resyncAfterOverflow);
    }

    /// <summary>A command as this connection sends it: under its session, if it has one.</summary>
    public Request RequestFor(Command command)
    {
        var session = Session.Id;
        return new Request(command)
        {
            Session = session,
            Owner = session == SessionId.None ? default : Facts.Owner,
            Identities = Caller.Identities,
        };
    }

    /// <summary>Answers from the state published last, in its place among the events.</summary>
    public Task<CallAnswer> AnswerAsync(Func<CoordinationState, object?> answer) =>
        CallAnswer.InTurnAsync(Queue.BeginAnswer(), answer);

    /// <summary>Counts a call in; false when there are too many.</summary>
    public bool TryBeginCall()
    {
        if (Interlocked.Increment(ref _calls) <= MaxCalls)
        {
            return true;
        }

        EndCall();
        return false;
    }

    public void EndCall() => Interlocked.Decrement(ref _calls);

    /// <summary>Tells the client something that is no watch's event.</summary>
    public void Notify(Func<ICoordinationClient, Task> tell)
    {
        if (!Queue.TryEnqueueNotice(() => tell(_client)))
        {
            _abort();
        }
    }

    /// <summary>The state jumps: the watches are gone, and the client is told so once, behind what it was to be told
    /// before and ahead of every answer from the new state. The Applier holds its lock.</summary>
    /// <param name="notice">What it is told besides, whether it has watches or not.</param>
    public void Displace(string reason, ClusterNotice? notice)
    {
        // After an overflow the end of the watches is told already.
        var resync = _watches.Count > 0 && !Queue.HasOverflowed ? reason : null;
        var hasLost = _watches.Count > 0;
        _watches.Clear();
        if (hasLost || notice is not null)
        {
            Queue.Jump(() => TellOfJumpAsync(resync, notice), hasLost);
        }
    }

    /// <summary>Asks the client to go on with another instance, and closes the connection so that it does.</summary>
    public async Task LeaveAsync()
    {
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Notify(async client =>
        {
            await client.SessionEvent(new SessionNotice("suspended", "instance-stopping"));
            told.TrySetResult();
        });
        await Task.WhenAny(told.Task, Facts.Activity.Ended);
        Facts.RequestClose();
        await Facts.Activity.Ended;
    }

    /// <summary>The client is gone, and its watches with it. Its session lives on until its timeout.</summary>
    public void Close()
    {
        Queue.Close();
        _applier.Arm((_, manager) =>
        {
            _isClosed = true;
            return DropWatches(manager);
        });
    }

    private async Task TellOfJumpAsync(string? resync, ClusterNotice? notice)
    {
        if (resync is not null)
        {
            await ResyncAsync(resync);
        }
        else
        {
            _applier.Arm((state, _) => Queue.RenewStale(state));
        }

        if (notice is not null)
        {
            await _client.ClusterEvent(notice);
        }
    }

    /// <summary>Stands at the end of a queue that overflowed or whose state jumped: what was queued before is sent by
    /// now, and what came later is lost.</summary>
    private Task ResyncAsync(string reason)
    {
        var zxid = _applier.Arm((state, manager) =>
        {
            DropWatches(manager);
            Queue.EndOverflow(state);
            return state.LastZxid;
        });
        return _client.Resync(new ResyncNotice(reason, zxid.ToString()));
    }

    /// <summary>A push that failed leaves a gap, and a client must not be left with one that it cannot see.</summary>
    private void Fail(Exception exception)
    {
        LogFailedPush(Facts.Id, exception);
        _abort();
    }

    [LoggerMessage(301, LogLevel.Error, "The hub could not tell connection {Connection} what it had to; it is closed")]
    private partial void LogFailedPush(string connection, Exception exception);

    private int DropWatches(WatchManager<IWatcher> manager)
    {
        foreach (var watch in _watches.Values)
        {
            manager.RemoveAll(watch);
        }

        var count = _watches.Count;
        _watches.Clear();
        return count;
    }
}

/// <summary>What is known of a connection when it opens.</summary>
/// <param name="Id">SignalR's name for it.</param>
/// <param name="Owner">How the state names it as the owner of a session.</param>
/// <param name="Activity">What its transport has received.</param>
/// <param name="RequestClose">Closes it with leave for the client to connect anew.</param>
internal sealed record HubConnectionFacts(string Id, SessionOwner Owner, CallerIdentities Caller,
    TransportActivity Activity, int MaxWatches, int QueueCapacity, Action RequestClose);
