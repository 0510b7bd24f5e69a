using System.Buffers.Binary;
using System.Text;

namespace WebCoord.Benchmarks.Wire.Load;

/// <summary>
/// One request as the bytes that go onto the wire, its length in front. The place of its xid is left zero for
/// <see cref="FrameRing"/>.
/// </summary>
/// <param name="ReplyLength">What the length in front of the answer must be.</param>
/// <param name="PathEnd">Where the path ends in the bytes.</param>
internal sealed record Frame(ReadOnlyMemory<byte> Bytes, int ReplyLength, int PathEnd)
{
    public const int DataLength = 100;

    public const int ReplyHeaderLength = 16;

    private const int HeaderLength = 8;
    private const int StatLength = 68;
    private const int AllPermissions = 31;
    private const int AnyVersion = -1;

    private static readonly byte[] Data = [.. Enumerable.Repeat((byte)'x', DataLength)];

    public static Frame Get(string path, bool watch = false) =>
        Of(4, path, [watch ? (byte)1 : (byte)0], sizeof(int) + DataLength + StatLength);

    public static Frame Exists(string path) => Of(3, path, [0], StatLength);

    /// <summary>The names of the children have the same number of bytes each.</summary>
    public static Frame GetChildren(string path, int children, int nameLength) =>
        Of(8, path, [0], sizeof(int) + (children * (sizeof(int) + nameLength)));

    public static Frame Set(string path) => Of(5, path, [.. Buffer(Data), .. Number(AnyVersion)], StatLength);

    /// <summary>A persistent node, open to everybody.</summary>
    public static Frame Create(string path) => Of(1, path,
        [
            .. Buffer(Data), .. Number(1), .. Number(AllPermissions), .. Buffer("world"u8), .. Buffer("anyone"u8),
            .. Number(0),
        ],
        sizeof(int) + Encoding.UTF8.GetByteCount(path));

    public static Frame CloseSession() => Of(-11, [], 0, HeaderLength);

    private static Frame Of(int type, string path, byte[] rest, int replyBody)
    {
        var encoded = Buffer(Encoding.UTF8.GetBytes(path));
        return Of(type, [.. encoded, .. rest], replyBody, HeaderLength + encoded.Length);
    }

    private static Frame Of(int type, byte[] body, int replyBody, int pathEnd)
    {
        byte[] bytes = [.. Number(HeaderLength + body.Length), .. Number(0), .. Number(type), .. body];
        return new Frame(bytes, ReplyHeaderLength + replyBody, sizeof(int) + pathEnd);
    }

    private static byte[] Buffer(ReadOnlySpan<byte> bytes) => [.. Number(bytes.Length), .. bytes];

    private static byte[] Number(int value)
    {
        var bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }
}
