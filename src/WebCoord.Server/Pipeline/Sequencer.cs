using System.Collections.Immutable;
using WebCoord.Core;
using WebCoord.Core.Commands;
using WebCoord.TransactionLog;

namespace WebCoord.Server.Pipeline;

/// <summary>
/// Puts requests into the log: all that wait become one batch, appended at once; while it is made durable the next
/// gathers. There is no artificial delay. The queue is bounded, and a request that finds it full is refused.
/// </summary>
internal sealed class Sequencer(ITransactionLog log, Applier applier, PendingBatches pending, LogHealth health,
    LogOptions options, PipelineMetrics metrics, TimeProvider time)
{
    /// <summary>Most requests in one batch: applying a batch must not hold up readers' news for long.</summary>
    private const int MaxBatchRequests = 4_096;

    /// <summary>Most encoded bytes of one request: a batch of its own must hold it.</summary>
    private const int MaxRequestBytes = ITransactionLog.MaxBatchBytes - CommandCodec.MaxOverheadBytes;

    /// <summary>Room in the queue that clients cannot fill, so that sessions are touched and ended however many writes
    /// wait.</summary>
    private const int OwnRequests = 4_096;

    private readonly RequestQueue _queue = new(options.MaxQueuedRequests + OwnRequests);

    private static readonly ApplyResult TooManyWait =
        ApplyResult.Refused(ErrorCode.Throttled, "Too many writes wait; nothing was written. Try again.");

    private static readonly ApplyResult Stopping =
        ApplyResult.Refused(ErrorCode.LogUnavailable, "This instance is stopping; nothing was written.");

    private static readonly ApplyResult Displaced = ApplyResult.Refused(ErrorCode.LogUnavailable,
        "This instance loads the state of the log anew; nothing was written. Try again, or ask another instance.");

    private bool _isRoomAwaited;
    private TaskCompletionSource _room = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _sequence;
    private volatile bool _complete;

    /// <summary>Requests that wait for their batch.</summary>
    public int QueueLength => _queue.Count;

    /// <summary>Whether a request from a client would be refused now.</summary>
    public bool IsFull => !_complete
        && (_queue.Count >= options.MaxQueuedRequests || _queue.Bytes >= options.MaxQueuedBytes);

    /// <summary>
    /// Queues a request, in the order of the calls, before the first await. The result comes AFTER the request is
    /// durable and the state with its effect is published. Refusals before the log (<see cref="ErrorCode.Throttled"/>,
    /// <see cref="ErrorCode.LogUnavailable"/>, <see cref="ErrorCode.OutcomeUnknown"/>, <see
    /// cref="ErrorCode.TooLarge"/>) are results too, without a zxid. Cancelling stops the waiting, not the request.
    /// </summary>
    public Task<ApplyResult> SubmitAsync(Request request, CancellationToken cancellationToken)
    {
        var awaited = new AwaitedRequest(request);
        if (IsFull)
        {
            Refuse(awaited, TooManyWait);
        }
        else
        {
            Enqueue(awaited);
        }

        return cancellationToken.CanBeCanceled ? awaited.Task.WaitAsync(cancellationToken) : awaited.Task;
    }

    /// <summary>Queues a request for those who do not wait by a task and have looked at <see cref="IsFull"/> before:
    /// should others have filled the queue since then, it finds room beyond. A service that is stopping refuses it
    /// before this returns.</summary>
    /// <returns>False, and nothing has happened, if it is larger than the log takes.</returns>
    public bool TrySubmit(PendingRequest request)
    {
        request.Bytes = CommandCodec.Measure(request.Request);
        if (request.Bytes > MaxRequestBytes)
        {
            return false;
        }

        Add(request, isFirst: false);
        return true;
    }

    /// <summary>Queues a request of the service itself, which finds room even when clients have filled the queue, and
    /// goes before theirs: sessions are kept alive however many writes wait.</summary>
    public Task<ApplyResult> SubmitOwnAsync(Command command)
    {
        var awaited = new AwaitedRequest(new Request(command));
        awaited.Bytes = CommandCodec.Measure(awaited.Request);
        Add(awaited, isFirst: true);
        return awaited.Task;
    }

    /// <summary>Waits until the queue has room: for those who would rather stop reading than be refused. Room may be
    /// gone again at once.</summary>
    public async ValueTask WaitForRoomAsync(CancellationToken cancellationToken)
    {
        while (IsFull)
        {
            var room = Volatile.Read(ref _room);

            // A full fence: what follows must not look at the queue before the flag is seen.
            Interlocked.Exchange(ref _isRoomAwaited, true);
            if (IsFull)
            {
                await room.Task.WaitAsync(cancellationToken);
            }
        }
    }

    /// <summary>The state is not that of the log: what was judged by it must not be written. What waits is refused and
    /// so is what comes, until <see cref="Release"/>; the service's own requests wait.</summary>
    public void Hold()
    {
        foreach (var waiting in _queue.Hold())
        {
            Refuse(waiting, Displaced);
        }

        TellOfRoom();
    }

    /// <summary>Goes on, with the service's own requests first.</summary>
    public void Release() => _queue.Release();

    /// <summary>Takes no more requests; <see cref="RunAsync"/> ends once those it has are in the log.</summary>
    public void Complete()
    {
        _complete = true;
        _queue.Close();
        TellOfRoom();
    }

    public async Task RunAsync()
    {
        var underWay = new Queue<Task>();
        try
        {
            while (await _queue.WaitAsync())
            {
                // Before the batch is taken: what comes while the log is busy goes into it.
                if (underWay.Count == log.MaxAppendsInFlight)
                {
                    await underWay.Dequeue();
                }

                // Before the batch is taken: what was judged by a state that is gone must not be appended to another.
                var applied = LogPosition.Of(applier.State);
                var batch = Gather();
                if (batch.Length == 0)
                {
                    // What waited was refused meanwhile, or is held.
                    continue;
                }

                var sequence = ++_sequence;
                pending.Add(sequence, batch);
                underWay.Enqueue(AppendAsync(sequence, batch, applied));
            }

            await Task.WhenAll(underWay);
        }
        finally
        {
            // Nothing is left, unless the loop failed or is held.
            Complete();
            _queue.Release();
            foreach (var left in _queue.Take(int.MaxValue, int.MaxValue))
            {
                left.Complete(Stopping);
            }
        }
    }

    private void Enqueue(PendingRequest request)
    {
        if (!TrySubmit(request))
        {
            Refuse(request, ApplyResult.Refused(ErrorCode.TooLarge,
                $"The request takes {request.Bytes} bytes in the log; the most is {MaxRequestBytes}."));
        }
    }

    private void Add(PendingRequest request, bool isFirst)
    {
        if (!_queue.TryAdd(request, isFirst))
        {
            Refuse(request, _complete ? Stopping : _queue.IsHeld ? Displaced : TooManyWait);
        }
    }

    private void Refuse(PendingRequest request, ApplyResult refusal)
    {
        metrics.WritesAnswered(refusal.Error, 1);
        request.Complete(refusal);
        request.Wake();
    }

    private PendingRequest[] Gather()
    {
        var batch = _queue.Take(MaxBatchRequests, MaxRequestBytes);
        if (Volatile.Read(ref _isRoomAwaited))
        {
            TellOfRoom();
        }

        return batch;
    }

    private void TellOfRoom()
    {
        Volatile.Write(ref _isRoomAwaited, false);
        Interlocked.Exchange(ref _room, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously))
            .TrySetResult();
    }

    private static ImmutableArray<Request> RequestsOf(PendingRequest[] batch)
    {
        var requests = ImmutableArray.CreateBuilder<Request>(batch.Length);
        foreach (var queued in batch)
        {
            requests.Add(queued.Request);
        }

        return requests.MoveToImmutable();
    }

    private async Task AppendAsync(long sequence, PendingRequest[] batch, LogPosition applied)
    {
        var started = time.GetTimestamp();
        health.Ask();
        try
        {
            var entry = await log.AppendAsync(sequence, RequestsOf(batch), applied, CancellationToken.None);
            pending.Acknowledged(sequence, entry.LastZxid);
            health.Appended(started, entry.LastZxid);
            metrics.BatchAppended(batch.Length, time.GetElapsedTime(started));
        }
        catch (LogUnavailableException failure)
        {
            health.Failed(failure);
            Refuse(sequence, failure.OutcomeKnown
                ? Unwritten(failure, failure.Message)
                : ApplyResult.Refused(ErrorCode.OutcomeUnknown,
                    $"{failure.Message} Whether the write happened is not known; read before you repeat it."));
            if (log.Description.IsShared)
            {
                RefuseWaiting(Unwritten(failure, "The log failed at an earlier write."));
            }
        }
        catch (LogRegressedException)
        {
            // Whoever reads the log learns of it, too, and puts the state right.
            Refuse(sequence, Displaced);
            RefuseWaiting(Displaced);
        }
    }

    private void Refuse(long sequence, ApplyResult refusal)
    {
        foreach (var queued in pending.Take(sequence) ?? [])
        {
            Refuse(queued, refusal);
        }
    }

    /// <summary>What was queued behind a write that failed must not happen without it: a client that sends several at
    /// once means them in their order.</summary>
    private void RefuseWaiting(ApplyResult refusal)
    {
        foreach (var waiting in _queue.TakeAllButFirst())
        {
            Refuse(waiting, refusal);
        }

        TellOfRoom();
    }

    private static ApplyResult Unwritten(LogUnavailableException failure, string what) => failure.IsLost
        ? ApplyResult.Refused(ErrorCode.LogLost, $"{what} Nothing was written.")
        : ApplyResult.Refused(ErrorCode.LogUnavailable, $"{what} Nothing was written; try again.");
}
