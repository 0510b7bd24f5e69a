using System.Buffers.Binary;

namespace WebCoord.TransactionLog.Sqlite;

/// <summary>
/// Looks at SQLite's journal before SQLite does. SQLite reads a journal up to the first frame that is not right and
/// drops the rest without a word: proper for a write that was cut off, but a journal damaged in its middle would lose
/// entries that were acknowledged. Each commit is on disk before the next begins, so after a torn one there is never
/// another.
/// <para>So damage is told from a torn write if the headers of two commits are left from where it begins. It is not if
/// it lies in the last transaction, or took the headers of all commits up to the last but one: a lost block at the very
/// end of the journal can cost two entries in silence. A frame that is missing between others proves nothing, because
/// after a power failure the pages of one torn transaction may be there in part too.</para>
/// <para>The layout is in SQLite's file format description: a header of 32 bytes, then frames of 24 bytes and a page. A
/// frame belongs if its salts are the header's and its checksum, which runs over all frames before, is right.</para>
/// </summary>
internal static class WriteAheadLog
{
    private const int HeaderBytes = 32;
    private const int FrameHeaderBytes = 24;
    private const uint Magic = 0x377F0682;

    /// <summary>The journal's name.</summary>
    public static string Of(string dataFile) => dataFile + "-wal";

    /// <exception cref="LogRefusedException">The journal is damaged where it is not its end.</exception>
    public static void Inspect(string dataFile)
    {
        var name = Of(dataFile);
        if (!File.Exists(name))
        {
            return;
        }

        using var stream = new FileStream(name, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1 << 16);
        var header = new byte[HeaderBytes];
        if (stream.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false) < HeaderBytes
            || (header.AsSpan().IndexOfAnyExcept((byte)0) < 0 && IsZeroToItsEnd(stream)))
        {
            // The header is on disk before the first frame is written: without both nothing was acknowledged.
            return;
        }

        var magic = BinaryPrimitives.ReadUInt32BigEndian(header);
        var sums = Checksum(default, header.AsSpan(0, 24), magic);
        if ((magic & ~1u) != Magic || sums != ReadSums(header.AsSpan(24)))
        {
            throw Refusal(name, 0);
        }

        InspectFrames(stream, name, header, sums);
    }

    private static void InspectFrames(FileStream stream, string name, byte[] header, (uint, uint) sums)
    {
        var magic = BinaryPrimitives.ReadUInt32BigEndian(header);
        var frame = new byte[FrameHeaderBytes + BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(8))];
        long? broken = null;
        var commitsAfter = 0;
        for (var offset = (long)HeaderBytes; Fill(stream, frame); offset += frame.Length)
        {
            var ours = frame.AsSpan(8, 8).SequenceEqual(header.AsSpan(16, 8));
            if (broken is null)
            {
                sums = Checksum(Checksum(sums, frame.AsSpan(0, 8), magic), frame.AsSpan(FrameHeaderBytes), magic);
                if (ours && sums == ReadSums(frame.AsSpan(16)))
                {
                    continue;
                }

                broken = offset;
            }

            var commits = BinaryPrimitives.ReadUInt32BigEndian(frame.AsSpan(4)) != 0;
            commitsAfter += ours && commits ? 1 : 0;
        }

        // One may be the torn commit itself, whose frames reach the disk in any order. Two cannot be.
        if (commitsAfter > 1)
        {
            throw Refusal(name, broken!.Value);
        }
    }

    private static bool IsZeroToItsEnd(FileStream stream)
    {
        var buffer = new byte[1 << 16];
        while (stream.Read(buffer) is > 0 and var count)
        {
            if (buffer.AsSpan(0, count).IndexOfAnyExcept((byte)0) >= 0)
            {
                return false;
            }
        }

        return true;
    }

    private static bool Fill(FileStream stream, byte[] frame) =>
        stream.ReadAtLeast(frame, frame.Length, throwOnEndOfStream: false) == frame.Length;

    private static LogRefusedException Refusal(string name, long offset) => new(
        $"{name} is damaged at offset {offset}, and entries that were acknowledged lie after that. Nothing was "
        + "changed; restore the folder from a backup");

    private static (uint, uint) ReadSums(ReadOnlySpan<byte> bytes) =>
        (BinaryPrimitives.ReadUInt32BigEndian(bytes), BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]));

    /// <summary>SQLite's running checksum over pairs of words, whose byte order the last bit of the magic
    /// tells.</summary>
    private static (uint First, uint Second) Checksum((uint First, uint Second) sums, ReadOnlySpan<byte> bytes,
        uint magic)
    {
        var bigEndian = (magic & 1) == 1;
        var (first, second) = sums;
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            first = unchecked(first + Word(bytes) + second);
            second = unchecked(second + Word(bytes[4..]) + first);
        }

        return (first, second);

        uint Word(ReadOnlySpan<byte> from) => bigEndian
            ? BinaryPrimitives.ReadUInt32BigEndian(from)
            : BinaryPrimitives.ReadUInt32LittleEndian(from);
    }
}
