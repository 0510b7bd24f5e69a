using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using WebCoord.Core;
using WebCoord.Core.Sessions;
using WebCoord.Core.Tree;
using WebCoord.Core.Watches;
using WebCoord.Server.Pipeline;

namespace WebCoord.Server.Wire;

/// <summary>
/// One client's connection: whom it speaks for, what it has under way, and what it is still to be sent. It is one
/// watcher for all its watches. Watches and credentials belong to it and end with it; the session does not
/// (zookeeper-protocol section 13, points 15 and 16).
/// </summary>
internal sealed partial class WireConnection(WireConnectionFacts facts, Outbox outbox, WireStatistics statistics,
    SessionTracker tracker, TimeProvider time, ILogger logger, Action abort) : IWatcher
{
    /// <summary>Why a connection ends whose session may have ended unheard of.</summary>
    public const string NotVouchedFor = "the log does not answer";

    /// <summary>Credentials that a connection may have, its address included.</summary>
    private const int MaxIdentities = 64;

    /// <summary>Characters that the id of a credential may have.</summary>
    private const int MaxIdentityLength = 1_024;

    /// <summary>How long a client may take to receive that its session is closed.</summary>
    private static readonly TimeSpan MaxFarewell = TimeSpan.FromSeconds(10);

    private ImmutableArray<Identity> _identities = facts.Identities;
    private int _pendingWrites;
    private int _isAborted;
    private long _farewellSince = long.MaxValue;
    private bool _wasHeard;
    private Zxid _seen;
    private TaskCompletionSource? _writesDone;

    public WireConnectionFacts Facts => facts;

    public Outbox Outbox => outbox;

    public WireStatistics Statistics => statistics;

    /// <summary>When it was opened, in ticks of the time provider.</summary>
    public long OpenedAt { get; } = time.GetTimestamp();

    /// <summary>The session that it speaks for; null until the handshake is done.</summary>
    public Session? Session { get; private set; }

    public bool IsAborted => Volatile.Read(ref _isAborted) != 0;

    /// <summary>As whom its requests and its watches read.</summary>
    public ImmutableArray<Identity> Identities => _identities;

    /// <summary>Whether it has shown any credential beside its address.</summary>
    public bool IsAnonymous => _identities.Length == 1;

    /// <summary>Requests that wait for the log.</summary>
    public int PendingWrites => Volatile.Read(ref _pendingWrites);

    /// <summary>Whether a transport says so that the client has left or was made to leave.</summary>
    public static bool IsGone(Exception failure) => failure is OperationCanceledException or IOException
        or SocketException or ObjectDisposedException or InvalidOperationException { Source: "System.IO.Pipelines" };

    /// <summary>Takes on the session that the handshake opened or attached.</summary>
    public void Begin(Session session)
    {
        Session = session;
        Volatile.Write(ref _wasHeard, true);
    }

    /// <summary>Adds credentials; they stay as long as the connection does. False if they are too many or too long:
    /// every write carries them to the log, and every ACL is compared with them.</summary>
    public bool TryAdd(ImmutableArray<Identity> identities)
    {
        var all = _identities.Union(identities).ToImmutableArray();
        if (all.Length > MaxIdentities || all.Any(identity => identity.Id.Length > MaxIdentityLength))
        {
            return false;
        }

        ImmutableInterlocked.InterlockedExchange(ref _identities, all);
        return true;
    }

    /// <summary>Notes that its client sent something, which keeps its session alive: at once the first time in a tick,
    /// so that a session is never ended whose client was heard of in time, and at the end of the tick for the rest.
    /// </summary>
    public void Hear()
    {
        if (!Volatile.Read(ref _wasHeard))
        {
            Volatile.Write(ref _wasHeard, true);
            tracker.Contact(Session!.Id);
        }
    }

    /// <summary>Whether the session is alive in a state and still this connection's.</summary>
    public bool Holds(CoordinationState state) =>
        Session is { } session && state.Sessions.Find(session.Id) is { } alive && alive.Owner == Facts.Owner;

    /// <summary>Notes that its client is about to see a state; false, and it must not, if it has seen what is no more:
    /// the log lost it.</summary>
    public bool TrySee(CoordinationState state)
    {
        if (state.LastZxid < _seen || (state.LastZxid.Epoch != _seen.Epoch && state.IsLost(_seen)))
        {
            return false;
        }

        _seen = state.LastZxid;
        return true;
    }

    /// <summary>Notes that its client has asked to close the session: the reply goes out before the connection ends.
    /// </summary>
    public void BeginFarewell() => Volatile.Write(ref _farewellSince, time.GetTimestamp());

    /// <summary>Notes that a write goes to the log.</summary>
    public void BeginWrite() => Interlocked.Increment(ref _pendingWrites);

    /// <summary>Puts the reply of a write in its place.</summary>
    public void CompleteWrite(WireWrite write, ApplyResult result)
    {
        if (WireError.EndsConnection(result.Error))
        {
            Abort($"{write.OpCode} failed: {result.Detail ?? result.Error.ToString()}");
        }
        else
        {
            Outbox.Append((write, result), static (writer, reply) =>
                WriteReplies.Write(writer, reply.write, reply.result), result.Zxid);
            Statistics.Answered(write.OpCode, write.Xid, result.Zxid, write.Started);
        }

        EndWrite();
    }

    /// <summary>Notes that a write has its reply, or will not go to the log.</summary>
    public void EndWrite()
    {
        if (Interlocked.Decrement(ref _pendingWrites) == 0)
        {
            Interlocked.Exchange(ref _writesDone, null)?.TrySetResult();
        }
    }

    /// <summary>Waits until all writes have their replies.</summary>
    public ValueTask WritesDoneAsync()
    {
        if (PendingWrites == 0)
        {
            return ValueTask.CompletedTask;
        }

        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Interlocked.Exchange(ref _writesDone, done);
        return PendingWrites == 0 ? ValueTask.CompletedTask : new ValueTask(done.Task);
    }

    /// <summary>Looks at what became of the session, once in every tick.</summary>
    /// <param name="overslept">How much later than it should have been that is. Who sleeps so long that it could not
    /// have vouched for the session meanwhile has its client connect anew.</param>
    public void Follow(Applier applier, TimeSpan overslept)
    {
        if (Session is not { } session || IsAborted)
        {
            return;
        }

        // Read after the session: a state from before it began must not end it.
        var state = applier.State;
        if (state.Sessions.Find(session.Id) is not { } alive)
        {
            var farewellSince = Volatile.Read(ref _farewellSince);
            if (farewellSince == long.MaxValue || time.GetElapsedTime(farewellSince) > MaxFarewell)
            {
                Abort("its session ended");
            }
        }
        else if (alive.Owner != Facts.Owner)
        {
            Abort("its session is served by another connection");
        }
        else if (!tracker.CanVouchFor(alive.TimeoutMs))
        {
            Abort(NotVouchedFor);
        }
        else if (overslept.TotalMilliseconds > alive.TimeoutMs / 3.0)
        {
            Abort("this instance slept");
        }
        else if (Interlocked.Exchange(ref _wasHeard, false))
        {
            tracker.Contact(session.Id);
        }
    }

    /// <summary>Ends the connection without a word, as ZooKeeper does; the session lives on. Safe for any caller.
    /// </summary>
    public void Abort(string reason)
    {
        if (Interlocked.Exchange(ref _isAborted, 1) != 0)
        {
            return;
        }

        LogAborted(Facts.Peer, Session?.Id ?? SessionId.None, reason);
        Outbox.Close();
        ThreadPool.UnsafeQueueUserWorkItem(static end => end(), abort, preferLocal: false);
    }

    /// <summary>Notes that the connection has ended, so that nobody ends it later.</summary>
    public void End() => Interlocked.Exchange(ref _isAborted, 1);

    public void Enqueue(WatchEvent watchEvent)
    {
        // A watch whose holder may not read is consumed in silence (section 7.3).
        if (watchEvent.Type != WatchEventType.Revoked)
        {
            Outbox.AppendEvent(watchEvent.Type, watchEvent.Path, watchEvent.Zxid, holds: PendingWrites > 0);
        }
    }

    /// <summary>The client connects again and arms its watches from the last zxid that it saw; if the log lost that,
    /// the handshake tells it.</summary>
    public void Displace(Displacement why) => Abort(why == Displacement.LogRegressed
        ? "the log lost a part of what it did"
        : "changes that it watches for were not seen one by one");

    /// <summary>Sends the events; with writes under way, those of the same batch get their replies first.</summary>
    public void Wake()
    {
        if (PendingWrites == 0)
        {
            Outbox.Release();
        }

        Outbox.Wake();
    }

    /// <summary>Sends the replies to a batch of writes, and the events that let them go first.</summary>
    public void WakeAfterReplies()
    {
        Outbox.Release();
        Outbox.Wake();
    }

    [LoggerMessage(500, LogLevel.Debug, "The connection of {Peer} with session {Session} is ended: {Reason}")]
    private partial void LogAborted(EndPoint? peer, SessionId session, string reason);
}

/// <summary>What is known of a connection when it opens.</summary>
/// <param name="Owner">How the state names it as the owner of a session.</param>
/// <param name="Identities">Its address, and what its TLS certificate proves.</param>
internal sealed record WireConnectionFacts(SessionOwner Owner, EndPoint? Peer, ImmutableArray<Identity> Identities);
