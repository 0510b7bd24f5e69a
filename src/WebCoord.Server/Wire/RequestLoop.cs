using System.Buffers;
using System.IO.Pipelines;
using WebCoord.Core;
using WebCoord.Server.Pipeline;
using WebCoord.Server.Wire.Records;

namespace WebCoord.Server.Wire;

/// <summary>
/// Takes the requests of one connection, in their order, and answers them in that order (zookeeper-protocol section
/// 11). Writes go to the log one after the other without waiting; anything else waits until the writes before it have
/// their replies. Reads that come together are answered together, from one state.
/// </summary>
internal sealed class RequestLoop(WireConnection connection, Applier applier, Sequencer sequencer, ReadGate gate,
    SessionVoucher voucher, ZooKeeperOptions options, bool allowAnonymous, TimeProvider time)
{
    /// <summary>Replies are passed on when so many bytes have gathered.</summary>
    private const int BulkBytes = 64 << 10;

    private readonly FrameReader _frames = new(options.MaxFrameBytes);
    private readonly JuteWriter _bulk = new();
    private readonly RequestTaker _taker = new(connection, applier, sequencer, options, allowAnonymous, time);

    /// <summary>Runs until the client leaves, closes its session, or breaks the protocol; or until the reader is
    /// cancelled because the server stops. Every request taken has its reply sent, if the client still takes it.
    /// </summary>
    public async Task RunAsync(PipeReader input, CancellationToken cancellationToken)
    {
        try
        {
            var next = NextStep.Receive;
            while (next == NextStep.Receive)
            {
                _bulk.Release();
                _frames.Release();
                var read = await input.ReadAsync(CancellationToken.None);
                var rest = read.Buffer;
                do
                {
                    (rest, next) = Take(rest);
                    await connection.Outbox.FlushAsync();
                    await PrepareAsync(next, cancellationToken);
                }
                while (next is not (NextStep.Receive or NextStep.End));
                input.AdvanceTo(rest.Start, read.Buffer.End);
                if (read.IsCompleted || read.IsCanceled || connection.IsAborted)
                {
                    break;
                }
            }

            await connection.WritesDoneAsync();
            await connection.Outbox.DrainAsync();
        }
        finally
        {
            _bulk.Release();
            _frames.Release();
        }
    }

    private async ValueTask PrepareAsync(NextStep next, CancellationToken cancellationToken)
    {
        switch (next)
        {
            case NextStep.FinishWrites:
                await connection.WritesDoneAsync();
                break;
            case NextStep.AwaitRoom:
                await sequencer.WaitForRoomAsync(cancellationToken);
                break;
            case NextStep.Sync:
                var view = await gate.ReadAsync(new Freshness(Local: false, Zxid.None), cancellationToken);
                if (view.Error == ErrorCode.Ok)
                {
                    _taker.IsSynced = true;
                }
                else
                {
                    connection.Abort($"sync failed: {view.Detail}");
                }

                break;
            case NextStep.Vouch:
                if (await voucher.CanVouchForAsync(connection.Session!, cancellationToken))
                {
                    _taker.IsVouchedFor = true;
                }
                else
                {
                    connection.Abort(WireConnection.NotVouchedFor);
                }

                break;
            default:
                break;
        }
    }

    /// <summary>Takes as many requests as can be taken without waiting, and no more than there is room for replies:
    /// what was answered goes out before more is.</summary>
    private (ReadOnlySequence<byte> Left, NextStep Next) Take(ReadOnlySequence<byte> buffer)
    {
        try
        {
            while (!connection.IsAborted)
            {
                // Asked once: a write that ends from here on must not let a read past what answers reads.
                var isIdle = connection.PendingWrites == 0;
                if (isIdle && _taker.MaySend)
                {
                    buffer = AnswerReads(buffer);
                    if (_bulk.Length >= BulkBytes)
                    {
                        // The client is to take these before there are more.
                        return (buffer, NextStep.Go);
                    }
                }

                if (!_frames.TryRead(buffer, out var frame, out var rest))
                {
                    return (buffer, NextStep.Receive);
                }

                var next = _taker.Take(frame, isIdle);
                if (next is not (NextStep.Go or NextStep.End))
                {
                    return (buffer, next);
                }

                connection.Statistics.FramesReceived(1);
                connection.Hear();
                buffer = rest;
                if (next == NextStep.End || connection.Outbox.IsFull)
                {
                    return (buffer, next);
                }
            }
        }
        catch (MalformedRequestException broken)
        {
            // Without a length or a header nobody can tell where the next request begins.
            connection.Abort(broken.Message);
        }

        return (buffer, NextStep.End);
    }

    /// <summary>Answers the reads at the head of the buffer from one state.</summary>
    /// <returns>What follows them.</returns>
    private ReadOnlySequence<byte> AnswerReads(ReadOnlySequence<byte> buffer)
    {
        var started = time.GetTimestamp();
        var state = applier.State;
        while (true)
        {
            if (!connection.Holds(state) || !connection.TrySee(state))
            {
                connection.Abort(RequestTaker.NotHeld);
                return buffer;
            }

            _bulk.Truncate(0);
            var rest = buffer;
            var last = default(RequestHeader);
            var count = 0;
            while (_bulk.Length < BulkBytes && _frames.TryRead(rest, out var frame, out var next)
                && TryAnswerRead(frame, state, ref last))
            {
                rest = next;
                count++;
            }

            if (count == 0)
            {
                return rest;
            }

            if (connection.Outbox.TryAppend(_bulk.Written, count, state.LastZxid))
            {
                connection.Statistics.FramesReceived(count);
                connection.Statistics.Answered(last.OpCode, last.Xid, state.LastZxid, started, count);
                connection.Hear();
                return rest;
            }

            // The Applier has queued an event and is about to publish: the state under its lock has the change.
            state = applier.Arm(static (published, _) => published);
        }
    }

    private bool TryAnswerRead(ReadOnlySpan<byte> frame, CoordinationState state, ref RequestHeader last)
    {
        if (frame.Length < RequestHeader.Bytes)
        {
            return false;
        }

        var body = new JuteReader(frame);
        var header = RequestHeader.Read(ref body);
        if (!ReadReplies.TryAnswer(header, body, connection, state, _bulk))
        {
            return false;
        }

        last = header;
        return true;
    }
}
