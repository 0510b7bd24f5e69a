using System.Threading.Channels;
using WebCoord.Core;
using WebCoord.Core.Commands;
using WebCoord.TransactionLog;

namespace WebCoord.Server.Pipeline;

/// <summary>
/// Puts requests into the log: all that wait become one batch, appended at once; while it is made durable the next
/// gathers. There is no artificial delay. The queue is bounded, and a request that finds it full is refused.
/// </summary>
internal sealed class Sequencer(ITransactionLog log, PendingBatches pending, LogHealth health, LogOptions options,
    PipelineMetrics metrics, TimeProvider time)
{
    /// <summary>Most requests in one batch: applying a batch must not hold up readers' news for long.</summary>
    private const int MaxBatchRequests = 4_096;

    /// <summary>Most encoded bytes of one request: a batch of its own must hold it.</summary>
    private const int MaxRequestBytes = ITransactionLog.MaxBatchBytes - CommandCodec.MaxOverheadBytes;

    /// <summary>Room in the queue that clients cannot fill, so that sessions are touched and ended however many writes
    /// wait.</summary>
    private const int OwnRequests = 4_096;

    private readonly Channel<PendingRequest> _queue = Channel.CreateBounded<PendingRequest>(
        new BoundedChannelOptions(options.MaxQueuedRequests + OwnRequests) { SingleReader = true });

    private static readonly ApplyResult TooManyWait =
        ApplyResult.Refused(ErrorCode.Throttled, "Too many writes wait; nothing was written. Try again.");

    private static readonly ApplyResult Stopping =
        ApplyResult.Refused(ErrorCode.LogUnavailable, "This instance is stopping; nothing was written.");

    private long _queuedBytes;
    private long _sequence;
    private volatile bool _complete;

    /// <summary>
    /// Queues a request, in the order of the calls, before the first await. The result comes AFTER the request is
    /// durable and the state with its effect is published. Refusals before the log (<see cref="ErrorCode.Throttled"/>,
    /// <see cref="ErrorCode.LogUnavailable"/>, <see cref="ErrorCode.OutcomeUnknown"/>, <see
    /// cref="ErrorCode.TooLarge"/>) are results too, without a zxid. Cancelling stops the waiting, not the request.
    /// </summary>
    public Task<ApplyResult> SubmitAsync(Request request, CancellationToken cancellationToken)
    {
        var isFull = _queue.Reader.Count >= options.MaxQueuedRequests
            || Interlocked.Read(ref _queuedBytes) >= options.MaxQueuedBytes;
        var result = isFull ? Refuse(TooManyWait) : Enqueue(request);
        return cancellationToken.CanBeCanceled ? result.WaitAsync(cancellationToken) : result;
    }

    /// <summary>Queues a request of the service itself, which finds room even when clients have filled the queue.
    /// </summary>
    public Task<ApplyResult> SubmitOwnAsync(Command command) => Enqueue(new Request(command));

    /// <summary>Takes no more requests; <see cref="RunAsync"/> ends once those it has are in the log.</summary>
    public void Complete()
    {
        _complete = true;
        _queue.Writer.TryComplete();
    }

    public async Task RunAsync()
    {
        try
        {
            while (await _queue.Reader.WaitToReadAsync())
            {
                var batch = Gather();
                var sequence = ++_sequence;
                pending.Add(sequence, batch);
                await AppendAsync(sequence, batch);
            }
        }
        finally
        {
            // Nothing is left, unless the loop failed.
            Complete();
            while (_queue.Reader.TryRead(out var left))
            {
                left.TrySetResult(Stopping);
            }
        }
    }

    private Task<ApplyResult> Enqueue(Request request)
    {
        var bytes = CommandCodec.Measure(request);
        if (bytes > MaxRequestBytes)
        {
            return Refuse(ApplyResult.Refused(ErrorCode.TooLarge,
                $"The request takes {bytes} bytes in the log; the most is {MaxRequestBytes}."));
        }

        var queued = new PendingRequest(request, bytes);
        Interlocked.Add(ref _queuedBytes, bytes);
        if (!_queue.Writer.TryWrite(queued))
        {
            Interlocked.Add(ref _queuedBytes, -bytes);
            return Refuse(_complete ? Stopping : TooManyWait);
        }

        metrics.QueueChanged(1);
        return queued.Task;
    }

    private Task<ApplyResult> Refuse(ApplyResult refusal)
    {
        metrics.WriteAnswered(refusal.Error);
        return Task.FromResult(refusal);
    }

    private PendingRequest[] Gather()
    {
        var batch = new List<PendingRequest>();
        var bytes = CommandCodec.MaxOverheadBytes;
        while (batch.Count < MaxBatchRequests && _queue.Reader.TryPeek(out var next)
            && (batch.Count == 0 || bytes + next.Bytes <= ITransactionLog.MaxBatchBytes)
            && _queue.Reader.TryRead(out next))
        {
            Interlocked.Add(ref _queuedBytes, -next.Bytes);
            bytes += next.Bytes;
            batch.Add(next);
        }

        metrics.QueueChanged(-batch.Count);
        return [.. batch];
    }

    private async Task AppendAsync(long sequence, PendingRequest[] batch)
    {
        var started = time.GetTimestamp();
        health.Ask();
        try
        {
            await log.AppendAsync(sequence, [.. batch.Select(queued => queued.Request)], CancellationToken.None);
            health.Report(null);
            metrics.BatchAppended(batch.Length, time.GetElapsedTime(started));
        }
        catch (LogUnavailableException failure)
        {
            health.Report(failure.Message);
            var refusal = failure.OutcomeKnown
                ? ApplyResult.Refused(ErrorCode.LogUnavailable, $"{failure.Message} Nothing was written; try again.")
                : ApplyResult.Refused(ErrorCode.OutcomeUnknown,
                    $"{failure.Message} Whether the write happened is not known; read before you repeat it.");
            foreach (var queued in pending.Take(sequence) ?? [])
            {
                metrics.WriteAnswered(refusal.Error);
                queued.TrySetResult(refusal);
            }
        }
    }
}
