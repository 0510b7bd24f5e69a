using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using WebCoord.Benchmarks.Wire.Load;

namespace WebCoord.Benchmarks.Wire.Servers;

/// <summary>Reads frames and answers each as if it were a get, with its xid; a session's end by closing.</summary>
internal sealed class BareWireHandler : ConnectionHandler
{
    private const int CloseSession = -11;

    private static readonly byte[] Answer = AnswerTemplate();
    private static readonly byte[] ConnectResponse = ConnectTemplate();

    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        var (input, output) = (connection.Transport.Input, connection.Transport.Output);
        var isConnected = false;
        while (true)
        {
            var result = await input.ReadAsync();
            var buffer = result.Buffer;
            if (!isConnected && TryTakeFrame(ref buffer, out _))
            {
                isConnected = true;
                output.Write(ConnectResponse);
            }

            var isOpen = AnswerAll(ref buffer, output);
            input.AdvanceTo(buffer.Start, buffer.End);
            await output.FlushAsync();
            if (!isOpen || result.IsCompleted)
            {
                return;
            }
        }
    }

    private static bool AnswerAll(ref ReadOnlySequence<byte> buffer, PipeWriter output)
    {
        Span<byte> header = stackalloc byte[2 * sizeof(int)];
        while (TryTakeFrame(ref buffer, out var frame))
        {
            frame.Slice(0, header.Length).CopyTo(header);
            if (BinaryPrimitives.ReadInt32BigEndian(header[sizeof(int)..]) == CloseSession)
            {
                return false;
            }

            var answer = output.GetSpan(Answer.Length);
            Answer.CopyTo(answer);
            header[..sizeof(int)].CopyTo(answer[sizeof(int)..]);
            output.Advance(Answer.Length);
        }

        return true;
    }

    private static bool TryTakeFrame(ref ReadOnlySequence<byte> buffer, out ReadOnlySequence<byte> frame)
    {
        frame = default;
        var reader = new SequenceReader<byte>(buffer);
        if (!reader.TryReadBigEndian(out int length) || reader.Remaining < length)
        {
            return false;
        }

        frame = buffer.Slice(reader.Position, length);
        buffer = buffer.Slice(frame.End);
        return true;
    }

    private static byte[] AnswerTemplate()
    {
        var length = Frame.Get("/").ReplyLength;
        var bytes = new byte[sizeof(int) + length];
        BinaryPrimitives.WriteInt32BigEndian(bytes, length);
        return bytes;
    }

    private static byte[] ConnectTemplate()
    {
        var bytes = new byte[41];
        BinaryPrimitives.WriteInt32BigEndian(bytes, bytes.Length - sizeof(int));
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(8), 40_000);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(20), 16);
        return bytes;
    }
}
