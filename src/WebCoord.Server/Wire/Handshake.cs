using System.Buffers;
using System.IO.Pipelines;
using WebCoord.Core;
using WebCoord.Core.Commands;
using WebCoord.Core.Sessions;
using WebCoord.Server.Pipeline;
using WebCoord.Server.Security;
using WebCoord.Server.Wire.Records;
using WebCoord.TransactionLog;

namespace WebCoord.Server.Wire;

/// <summary>Opens a session for a connection, or gives it the one that its client had before (zookeeper-protocol
/// sections 1.4 and 8.4).</summary>
internal sealed class Handshake(ITransactionLog log, Applier applier, Sequencer sequencer,
    WireConnections connections, ZooKeeperOptions options)
{
    /// <summary>How long a client that has seen more than this instance has applied waits for the rest to come; then
    /// it is better off elsewhere.</summary>
    private static readonly TimeSpan MaxLag = TimeSpan.FromSeconds(2);

    /// <summary>Does it. A client that is refused is refused by silence, except that its session is no more.</summary>
    /// <returns>Whether the connection has a session now.</returns>
    public async Task<bool> RunAsync(WireConnection connection, PipeReader input, CancellationToken cancellationToken)
    {
        if (await ReadAsync(input, cancellationToken) is not { } request)
        {
            connection.Abort("it did not begin with a connect request");
            return false;
        }

        connection.Statistics.FramesReceived(1);
        var seen = new Zxid(request.LastZxidSeen);
        if (seen > applier.State.LastZxid && !await CatchesUpAsync(seen, cancellationToken))
        {
            connection.Abort($"its client has seen zxid 0x{request.LastZxidSeen:x}, which is not applied here");
            return false;
        }

        // A client that has seen what the log lost would be turned away for ever: it must start afresh.
        if (applier.State.IsLost(seen)
            || (request.Session != 0 && request.Password.Length != SessionToken.KeyBytes))
        {
            Respond(connection, ConnectResponse.Invalid(ReadOnlyAnswer(request)));
            await connection.Outbox.DrainAsync();
            return false;
        }

        // To the state machine 0 means to keep the timeout; ZooKeeper takes it for one that is too short.
        var timeoutMs = Math.Max(1, request.TimeoutMs);
        var owner = connection.Facts.Owner;
        Command command = request.Session == 0
            ? new Command.CreateSession(timeoutMs, SessionToken.NewKey(), owner)
            : new Command.AttachSession(new SessionId(request.Session), request.Password.AsMemory(), timeoutMs, owner);
        var result = await SubmitAsync(new Request(command) { Identities = connection.Identities }, cancellationToken);
        if (result is { Succeeded: true, Session: { } session })
        {
            connection.Begin(session);
            connections.Begin(connection, applier.State);
            Respond(connection, new ConnectResponse(0, session.TimeoutMs, session.Id.Value, session.Key,
                ReadOnlyAnswer(request)));
        }
        else if (result.Error is ErrorCode.SessionExpired or ErrorCode.AuthFailed)
        {
            Respond(connection, ConnectResponse.Invalid(ReadOnlyAnswer(request)));
        }
        else
        {
            connection.Abort($"no session could be opened: {result.Detail}");
        }

        await connection.Outbox.DrainAsync();
        return connection.Session is not null && !connection.IsAborted;
    }

    /// <summary>A log of this process's own has no more than was loaded from it.</summary>
    private async ValueTask<bool> CatchesUpAsync(Zxid zxid, CancellationToken cancellationToken) =>
        log.Description.IsShared && await applier.WaitForAsync(zxid, MaxLag, cancellationToken);

    /// <summary>While the queue of the log is full the client waits; nothing is refused for that.</summary>
    private async Task<ApplyResult> SubmitAsync(Request request, CancellationToken cancellationToken)
    {
        while (true)
        {
            await sequencer.WaitForRoomAsync(cancellationToken);
            var result = await sequencer.SubmitAsync(request, cancellationToken);
            if (result.Error != ErrorCode.Throttled)
            {
                return result;
            }
        }
    }

    /// <summary>Said only to clients that can hear it; this service always takes writes.</summary>
    private static bool? ReadOnlyAnswer(ConnectRequest request) => request.ReadOnly is null ? null : false;

    private static void Respond(WireConnection connection, ConnectResponse response) =>
        connection.Outbox.Append(response, static (writer, answer) =>
        {
            var start = writer.Begin();
            answer.Write(writer);
            writer.End(start);
        });

    private async Task<ConnectRequest?> ReadAsync(PipeReader input, CancellationToken cancellationToken)
    {
        var frames = new FrameReader(options.MaxFrameBytes);
        try
        {
            while (true)
            {
                var read = await input.ReadAsync(cancellationToken);
                var buffer = read.Buffer;
                if (!read.IsCanceled && TryRead(frames, ref buffer, out var request))
                {
                    input.AdvanceTo(buffer.Start);
                    return request;
                }

                input.AdvanceTo(buffer.Start, buffer.End);
                if (read.IsCompleted || read.IsCanceled)
                {
                    return null;
                }
            }
        }
        catch (MalformedRequestException)
        {
            return null;
        }
        finally
        {
            frames.Release();
        }
    }

    private static bool TryRead(FrameReader frames, ref ReadOnlySequence<byte> buffer, out ConnectRequest request)
    {
        request = default;
        if (!frames.TryRead(buffer, out var frame, out var rest))
        {
            return false;
        }

        var reader = new JuteReader(frame);
        request = ConnectRequest.Read(ref reader);
        buffer = rest;
        return true;
    }
}
