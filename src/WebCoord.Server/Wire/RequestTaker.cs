using System.Collections.Immutable;
using WebCoord.Core;
using WebCoord.Core.Commands;
using WebCoord.Core.Tree;
using WebCoord.Server.Pipeline;
using WebCoord.Server.Wire.Records;

namespace WebCoord.Server.Wire;

/// <summary>Takes the requests of a connection that are no plain reads, one at a time: writes, watches, credentials,
/// and all that ends it.</summary>
internal sealed class RequestTaker(WireConnection connection, Applier applier, Sequencer sequencer,
    ZooKeeperOptions options, bool allowAnonymous, TimeProvider time)
{
    /// <summary>Why a connection ends whose session does not belong to it (any more).</summary>
    public const string NotHeld = "its session ended or is served by another connection";

    /// <summary>Writes of one connection that may be under way; as many as ZooKeeper allows by default.</summary>
    private const int MaxPendingWrites = 1_000;

    private readonly WatchReplies _watches = new(applier, options.MaxWatchesPerConnection);

    /// <summary>Whether its client may ask for more than to be recognised.</summary>
    public bool MaySend => allowAnonymous || !connection.IsAnonymous;

    /// <summary>Whether what a sync waits for has been applied.</summary>
    public bool IsSynced { get; set; }

    /// <summary>Whether it was just judged that a ping may be answered.</summary>
    public bool IsVouchedFor { get; set; }

    /// <summary>Takes one request.</summary>
    /// <returns>Whether to go on or to end; anything else says what must happen before it can be taken.</returns>
    /// <param name="isIdle">Whether no write is under way; then the frame is no read that <see cref="RequestLoop"/>
    /// answers by itself.</param>
    public NextStep Take(ReadOnlySpan<byte> frame, bool isIdle)
    {
        var body = new JuteReader(frame);
        var header = RequestHeader.Read(ref body);
        if (WriteRequests.IsWrite(header.OpCode) && MaySend)
        {
            return TakeWrite(header, ref body);
        }

        if (header.OpCode == OpCode.CloseSession)
        {
            if (sequencer.IsFull)
            {
                return NextStep.AwaitRoom;
            }

            connection.BeginFarewell();
            _ = TrySubmit(new Command.CloseSession(connection.Session!.Id), header, []);
            return NextStep.End;
        }

        if (!isIdle)
        {
            return NextStep.FinishWrites;
        }

        if (header.OpCode == OpCode.Auth)
        {
            return TakeCredentials(header, ref body);
        }

        if (header.OpCode == OpCode.Ping)
        {
            return TakePing(header);
        }

        if (!MaySend || header.OpCode == OpCode.Sasl)
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

    private NextStep TakeWrite(RequestHeader header, ref JuteReader body)
    {
        if (sequencer.IsFull)
        {
            return NextStep.AwaitRoom;
        }

        if (connection.PendingWrites >= MaxPendingWrites)
        {
            return NextStep.FinishWrites;
        }

        var isMulti = header.OpCode == OpCode.Multi;
        try
        {
            ImmutableArray<OpCode> operations = [];
            var command = isMulti
                ? WriteRequests.ReadMulti(ref body, options.ExtendedTypes, out operations)
                : WriteRequests.Read(header.OpCode, ref body, options.ExtendedTypes);
            if (command is not null)
            {
                return TrySubmit(command, header, operations)
                    ? NextStep.Go
                    : AnswerInTurn(header, WireError.Of(ErrorCode.TooLarge));
            }
        }
        catch (MalformedRequestException)
        {
            return AnswerInTurn(header, ErrorCode.MarshallingError);
        }

        return AnswerInTurn(header, ErrorCode.Unimplemented);
    }

    private NextStep AnswerInTurn(RequestHeader header, ErrorCode error)
    {
        if (connection.PendingWrites > 0)
        {
            return NextStep.FinishWrites;
        }

        Reply(header, applier.State.LastZxid, error);
        return NextStep.Go;
    }

    /// <summary>Sends a command to the log; false if it is larger than the log takes. That is answered here, in its
    /// turn behind the replies of earlier writes.</summary>
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

    private NextStep TakeCredentials(RequestHeader header, ref JuteReader body)
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
        return NextStep.Go;
    }

    /// <summary>The answer tells the client that its session lives, so it is given only by one who knows.</summary>
    private NextStep TakePing(RequestHeader header)
    {
        if (!IsVouchedFor)
        {
            return NextStep.Vouch;
        }

        IsVouchedFor = false;
        var started = time.GetTimestamp();
        var state = applier.State;
        if (!connection.Holds(state))
        {
            connection.Abort(NotHeld);
            return NextStep.End;
        }

        Reply(header, state.LastZxid, ErrorCode.Ok);
        connection.Statistics.Answered(header.OpCode, header.Xid, state.LastZxid, started);
        return NextStep.Go;
    }

    private NextStep TakeSync(RequestHeader header, ref JuteReader body)
    {
        if (!IsSynced)
        {
            return NextStep.Sync;
        }

        IsSynced = false;
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

        return NextStep.Go;
    }

    private NextStep TakeWatch(RequestHeader header, ref JuteReader body)
    {
        if (!connection.Holds(applier.State) || !connection.TrySee(applier.State))
        {
            connection.Abort(NotHeld);
            return NextStep.End;
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

        return NextStep.Go;
    }

    /// <summary>Answers with an error and ends the connection; the session lives on.</summary>
    private NextStep Refuse(RequestHeader header, Zxid zxid, ErrorCode error)
    {
        Reply(header, zxid, error);
        return NextStep.End;
    }

    private void Reply(RequestHeader header, Zxid zxid, ErrorCode error) =>
        connection.Outbox.Append((header.Xid, zxid, error), static (writer, reply) =>
            writer.Reply(reply.Xid, reply.zxid, reply.error));
}
