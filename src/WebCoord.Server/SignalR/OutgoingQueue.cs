using System.Diagnostics.CodeAnalysis;
using WebCoord.Core;
using WebCoord.Server.Pipeline;

namespace WebCoord.Server.SignalR;

/// <summary>Something to send to a client.</summary>
/// <param name="Zxid">The change that it tells of, which must be published before it is sent; none if it tells of no
/// change.</param>
/// <param name="Era">How often the state had jumped when it was queued.</param>
internal readonly record struct Push(Zxid Zxid, Func<Task> SendAsync, int Era = 0)
{
    /// <summary>Whether an answer from the turn's state tells of no older state than this does.</summary>
    public bool IsIncludedIn(AnswerTurn turn) => Era < turn.Era || (Era == turn.Era && Zxid <= turn.State.LastZxid);
}

/// <summary>
/// Everything that one connection is told unasked, in one order, sent by one writer. Watch events are queued by the
/// Applier under its lock, so queueing never waits; a client that does not keep up fills the queue, and then the events
/// that find it full are lost and one closing push stands in for them.
/// <para>Answers leave by another way, SignalR's own. To keep them in order with the events, an answer first takes a
/// <see cref="AnswerTurn"/>: it fixes the state to answer from; the writer sends what that state includes, and holds
/// back what is newer until the answer is written.</para>
/// </summary>
/// <param name="capacity">Most pushes that wait; one more is let in to tell of the overflow.</param>
/// <param name="fail">Called when a push failed; the queue is closed by then.</param>
internal sealed class OutgoingQueue(Applier applier, int capacity, Action<Exception> fail) : IThreadPoolWorkItem
{
    // Taken inside the Applier's lock when events are queued, so nothing in here may take that lock.
    private readonly Lock _lock = new();
    private readonly Queue<Push> _waiting = new();
    private readonly List<AnswerTurn> _turns = [];
    private bool _isWriting;
    private Push? _sending;
    private int _era;
    private bool _isClosed;

    /// <summary>From the first event that was lost until the client's watches are dropped. What fires meanwhile is lost
    /// too, and armed is nothing.</summary>
    public bool HasOverflowed { get; private set; }

    /// <summary>Queues an event; <paramref name="overflow"/> is queued in its place when there is no room.</summary>
    public void EnqueueEvent(Push push, Func<Task> overflow)
    {
        lock (_lock)
        {
            if (_isClosed || HasOverflowed)
            {
                return;
            }

            HasOverflowed = _waiting.Count >= capacity;
            _waiting.Enqueue(push with { SendAsync = HasOverflowed ? overflow : push.SendAsync, Era = _era });
        }
    }

    /// <summary>The state jumps, maybe back. What is queued is sent, as are the answers that are under way; then comes
    /// <paramref name="tell"/>, which has the turns renewed; and only then answers from the new state. The Applier's
    /// lock is held, and the new state is not published yet: who calls it wakes the queue once it is.</summary>
    /// <param name="dropsWatches">Whether there were watches, which are to be dropped as after an overflow.</param>
    public void Jump(Func<Task> tell, bool dropsWatches)
    {
        lock (_lock)
        {
            _era++;
            if (!_isClosed)
            {
                HasOverflowed |= dropsWatches;
                _waiting.Enqueue(new Push(Zxid.None, tell, _era));
            }
        }
    }

    /// <summary>Queues a notice and sends it as soon as it is its turn; false when there is no room.</summary>
    public bool TryEnqueueNotice(Func<Task> sendAsync)
    {
        lock (_lock)
        {
            if (_isClosed || _waiting.Count > capacity)
            {
                return _isClosed;
            }

            _waiting.Enqueue(new Push(Zxid.None, sendAsync, _era));
        }

        Wake();
        return true;
    }

    /// <summary>The watches are dropped: events of those armed from now on are queued again.</summary>
    /// <param name="state">The state published last; the Applier's lock is held.</param>
    public void EndOverflow(CoordinationState state)
    {
        lock (_lock)
        {
            HasOverflowed = false;
            Renew(_ => true, state);
        }
    }

    /// <summary>The client is told that the state jumped. Answers that wait for that, and may have begun with a state
    /// that is no more, are from the present one. The others are not: a watch that one of them tells of is armed since
    /// its own state.</summary>
    /// <param name="state">The state published last; the Applier's lock is held.</param>
    /// <returns>How many answers that are.</returns>
    public int RenewStale(CoordinationState state)
    {
        lock (_lock)
        {
            return Renew(turn => turn.MayBeStale, state);
        }
    }

    /// <summary>Begins an answer from the state published last. No event newer than that was sent.</summary>
    public AnswerTurn BeginAnswer()
    {
        lock (_lock)
        {
            return Begin(applier.State, mayBeStale: true);
        }
    }

    /// <summary>Begins an answer from a state that is known to be the one published last, because the Applier's lock is
    /// held.</summary>
    public AnswerTurn BeginAnswer(CoordinationState state)
    {
        lock (_lock)
        {
            return Begin(state, mayBeStale: false);
        }
    }

    /// <summary>Ends an answer's turn.</summary>
    public void EndAnswer(AnswerTurn turn)
    {
        lock (_lock)
        {
            _turns.Remove(turn);
        }

        Wake();
    }

    /// <summary>Sends what may be sent, unless that is going on already.</summary>
    public void Wake()
    {
        lock (_lock)
        {
            if (_isWriting || !MaySendNext())
            {
                return;
            }

            _isWriting = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>The client is gone: nothing is sent any more and nobody waits.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _isClosed = true;
            HasOverflowed = false;
            _waiting.Clear();
            CompleteTurns();
        }
    }

    void IThreadPoolWorkItem.Execute() => _ = WriteAsync();

    [SuppressMessage("Design", "CA1031", Justification = "Nobody waits for this; the client must know.")]
    private async Task WriteAsync()
    {
        try
        {
            while (TakeNext() is { } push)
            {
                // SignalR swallows the failure of a connection that is going away.
                await push.SendAsync();
                lock (_lock)
                {
                    _sending = null;
                    CompleteTurns();
                }
            }
        }
        catch (Exception exception)
        {
            Close();
            fail(exception);
        }
    }

    private Push? TakeNext()
    {
        lock (_lock)
        {
            if (!MaySendNext())
            {
                _isWriting = false;
                return null;
            }

            var push = _waiting.Dequeue();
            _sending = push;
            return push;
        }
    }

    /// <summary>An event is sent only after its state is published, so that a client who reads at once finds it; and
    /// not before the answers that do not know of it.</summary>
    private bool MaySendNext() =>
        _waiting.TryPeek(out var next) && (next.Era < _era || next.Zxid <= applier.State.LastZxid)
            && _turns.TrueForAll(next.IsIncludedIn);

    private int Renew(Predicate<AnswerTurn> isConcerned, CoordinationState state)
    {
        var waiting = _turns.FindAll(turn => turn.Era == _era && !turn.Ready.IsCompleted && isConcerned(turn));
        waiting.ForEach(turn => turn.Renew(state));
        return waiting.Count;
    }

    private AnswerTurn Begin(CoordinationState state, bool mayBeStale)
    {
        var turn = new AnswerTurn(this, state, _era, mayBeStale);
        _turns.Add(turn);
        CompleteTurns();
        return turn;
    }

    private void CompleteTurns()
    {
        foreach (var turn in _turns)
        {
            if (_isClosed || !IsOwed(turn))
            {
                turn.EventsAreSent();
            }
        }
    }

    /// <summary>Whether something that the state includes is not sent yet.</summary>
    private bool IsOwed(AnswerTurn turn) =>
        _sending?.IsIncludedIn(turn) == true || (_waiting.TryPeek(out var next) && next.IsIncludedIn(turn));
}
