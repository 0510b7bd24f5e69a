using System.Buffers;
using System.Collections.Immutable;
using System.IO.Pipelines;
using WebCoord.Core;
using WebCoord.Core.Commands;
using WebCoord.Core.Tree;
using WebCoord.Server.Pipeline;
using WebCoord.Server.Wire.Records;

namespace WebCoord.Server.Wire;

/// <summary>
/// Takes the requests of one connection, in their order, and answers them in that order (zookeeper-protocol section 11).
/// Writes go to the log one after the other without waiting; anything else waits until the writes before it have their
/// replies. Reads that come together are answered together, from one state.
/// </summary>
internal sealed class RequestLoop(WireConnection connection, Applier applier, Sequencer sequencer, ReadGate gate,
    ZooKeeperOptions options, bool allowAnonymous, TimeProvider time)
{
    /// <summary>Writes of one connection that may be under way; as many as ZooKeeper allows by default.</summary>
    private const int MaxPendingWrites = 1_000;

    /// <summary>Replies are passed on when so many bytes have gathered.</summary>
    private const int BulkBytes = 64 << 10;

    private const string NotHeld = "its session ended or is served by another connection";

    private readonly FrameReader _frames = new(options.MaxFrameBytes);
    private readonly JuteWriter _bulk = new();
    private readonly WatchReplies _watches = new(applier, options.MaxWatchesPerConnection);
    private bool _isSynced;

    /// <summary>What must happen before the next request can be taken.</summary>
    private enum Next
    {
        /// <summary>Nothing but to pass on the replies.</summary>
        Go,

        /// <summary>More must arrive.</summary>
        Receive,

        /// <summary>The writes under way must have their replies.</summary>
        FinishWrites,

        /// <summary>The queue of the log must have room.</summary>
        AwaitRoom,

        /// <summary>The head of the log must be applied here.</summary>
        Sync,

        /// <summary>The connection ends once all replies are sent.</summary>
        End,
    }

    /// <summary>Runs until the client leaves, closes its session, or breaks the protocol; or until the reader is
    /// cancelled because the server stops. Every request taken has its reply sent, if the client still takes it.
    /// </summary>
    public async Task RunAsync(PipeReader input, CancellationToken cancellationToken)
    {
        try
        {
            var next = Next.Receive;
            while (next == Next.Receive)
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
                while (next is not (Next.Receive or Next.End));
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

    private async ValueTask PrepareAsync(Next next, CancellationToken cancellationToken)
    {
        switch (next)
        {
            case Next.FinishWrites:
                await connection.WritesDoneAsync();
                break;
            case Next.AwaitRoom:
                await sequencer.WaitForRoomAsync(cancellationToken);
                break;
            case Next.Sync:
                var view = await gate.ReadAsync(new Freshness(Local: false, Zxid.None), cancellationToken);
                _isSynced = view.Error == ErrorCode.Ok;
                if (!_isSynced)
                {
                    connection.Abort($"sync failed: {view.Detail}");
                }

                break;
            default:
                break;
        }
    }

    /// <summary>Takes as many requests as can be taken without waiting, and no more than there is room for replies:
    /// what was answered goes out before more is.</summary>
    private (ReadOnlySequence<byte> Left, Next Next) Take(ReadOnlySequence<byte> buffer)
    {
        try
        {
            while (!connection.IsAborted)
            {
                // Asked once: a write that ends from here on must not let a read past what answers reads.
                var isIdle = connection.PendingWrites == 0;
                if (isIdle && MaySend())
                {
                    buffer = AnswerReads(buffer);
                    if (_bulk.Length >= BulkBytes)
                    {
                        // The client is to take these before there are more.
                        return (buffer, Next.Go);
                    }
                }

                if (!_frames.TryRead(buffer, out var frame, out var rest))
                {
                    return (buffer, Next.Receive);
                }

                var next = Take(frame, isIdle);
                if (next is not (Next.Go or Next.End))
                {
                    return (buffer, next);
                }

                connection.Statistics.FramesReceived(1);
                connection.Hear();
                buffer = rest;
                if (next == Next.End || connection.Outbox.IsFull)
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

        return (buffer, Next.End);
    }

    /// <summary>Answers the reads at the head of the buffer from one state.</summary>
    /// <returns>What follows them.</returns>
    private ReadOnlySequence<byte> AnswerReads(ReadOnlySequence<byte> buffer)
    {
        var started = time.GetTimestamp();
        var state = applier.State;
        while (true)
        {
            if (!connection.Holds(state))
            {
                connection.Abort(NotHeld);
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

    /// <summary>Takes one request.</summary>
    /// <returns>Whether to go on or to end; anything else says what must happen before it can be taken.</returns>
    /// <param name="isIdle">Whether no write is under way; then the frame is no read that <see cref="AnswerReads"/>
    /// answers.</param>
    private Next Take(ReadOnlySpan<byte> frame, bool isIdle)
    {
        var body = new JuteReader(frame);
        var header = RequestHeader.Read(ref body);
        if (WriteRequests.IsWrite(header.OpCode) && MaySend())
        {
            return TakeWrite(header, ref body);
        }

        if (header.OpCode == OpCode.CloseSession)
        {
            if (sequencer.IsFull)
            {
                return Next.AwaitRoom;
            }

            connection.BeginFarewell();
            _ = TrySubmit(new Command.CloseSession(connection.Session!.Id), header, []);
            return Next.End;
        }

        if (!isIdle)
        {
            return Next.FinishWrites;
        }

        if (header.OpCode == OpCode.Auth)
        {
            return TakeCredentials(header, ref body);
        }

        if (header.OpCode == OpCode.Ping)
        {
            Reply(header, applier.State.LastZxid, ErrorCode.Ok);
            return Next.Go;
        }

        if (!MaySend() || header.OpCode == OpCode.Sasl)
        {
            return Refuse(header, Zxid.None, ErrorCode.AuthFailed);
        }

        if (header.OpCode == OpCode.Sync)
        {
            return TakeSync(header, ref body);
        }

        return WatchReplies.IsAboutWatches(header.OpCode)
            ? TakeWatch(header, ref body)
            : Refuse(header, new Zxid(-1), ErrorCode.Unimplemented);
    }

    private bool MaySend() => allowAnonymous || !connection.IsAnonymous;

    private Next TakeWrite(RequestHeader header, ref JuteReader body)
    {
        if (sequencer.IsFull)
        {
            return Next.AwaitRoom;
        }

        if (connection.PendingWrites >= MaxPendingWrites)
        {
            return Next.FinishWrites;
        }

        var isMulti = header.OpCode == OpCode.Multi;
        try
        {
            ImmutableArray<OpCode> operations = [];
            Command? command = isMulti
                ? WriteRequests.ReadMulti(ref body, options.ExtendedTypes, out operations)
                : WriteRequests.Read(header.OpCode, ref body, options.ExtendedTypes);
            if (command is not null)
            {
                return TrySubmit(command, header, operations)
                    ? Next.Go
                    : AnswerInTurn(header, WireError.Of(ErrorCode.TooLarge));
            }
        }
        catch (MalformedRequestException)
        {
            return AnswerInTurn(header, ErrorCode.MarshallingError);
        }

        return AnswerInTurn(header, ErrorCode.Unimplemented);
    }

    private Next AnswerInTurn(RequestHeader header, ErrorCode error)
    {
        if (connection.PendingWrites > 0)
        {
            return Next.FinishWrites;
        }

        Reply(header, applier.State.LastZxid, error);
        return Next.Go;
    }

    /// <summary>Sends a command to the log; false if it is larger than the log takes. That is answered here, in its turn
    /// behind the replies of earlier writes.</summary>
    private bool TrySubmit(Command command, RequestHeader header, ImmutableArray<OpCode> operations)
    {
        var request = new Request(command)
        {
            Session = connection.Session!.Id,
            Owner = connection.Facts.Owner,
            Identities = connection.Identities,
        };
        connection.BeginWrite();
        var write = new WireWrite(connection, request, header.Xid, header.OpCode, time.GetTimestamp())
        {
            Operations = operations,
        };
        if (sequencer.TrySubmit(write))
        {
            return true;
        }

        connection.EndWrite();
        return false;
    }

    private Next TakeCredentials(RequestHeader header, ref JuteReader body)
    {
        ImmutableArray<Identity> identities;
        try
        {
            identities = Authentication.Judge(AuthRequest.Read(ref body), connection, options.SuperDigest);
        }
        catch (MalformedRequestException)
        {
            identities = [];
        }

        if (identities.IsEmpty || !connection.TryAdd(identities))
        {
            return Refuse(header, Zxid.None, ErrorCode.AuthFailed);
        }

        Reply(header, Zxid.None, ErrorCode.Ok);
        return Next.Go;
    }

    private Next TakeSync(RequestHeader header, ref JuteReader body)
    {
        if (!_isSynced)
        {
            return Next.Sync;
        }

        _isSynced = false;
        try
        {
            var path = body.Text();
            connection.Outbox.Append((header.Xid, applier.State.LastZxid, path), static (writer, reply) =>
            {
                var start = writer.BeginReply(reply.Xid, reply.LastZxid);
                writer.Text(reply.path);
                writer.End(start);
            });
        }
        catch (MalformedRequestException)
        {
            Reply(header, applier.State.LastZxid, ErrorCode.MarshallingError);
        }

        return Next.Go;
    }

    private Next TakeWatch(RequestHeader header, ref JuteReader body)
    {
        if (!connection.Holds(applier.State))
        {
            connection.Abort(NotHeld);
            return Next.End;
        }

        try
        {
            var started = time.GetTimestamp();
            _watches.Answer(header, ref body, connection);
            connection.Statistics.Answered(header.OpCode, header.Xid, applier.State.LastZxid, started);
        }
        catch (MalformedRequestException)
        {
            Reply(header, applier.State.LastZxid, ErrorCode.MarshallingError);
        }

        return Next.Go;
    }

    /// <summary>Answers with an error and ends the connection; the session lives on.</summary>
    private Next Refuse(RequestHeader header, Zxid zxid, ErrorCode error)
    {
        Reply(header, zxid, error);
        return Next.End;
    }

    private void Reply(RequestHeader header, Zxid zxid, ErrorCode error) =>
        connection.Outbox.Append((header.Xid, zxid, error), static (writer, reply) =>
            writer.Reply(reply.Xid, reply.zxid, reply.error));
}
