using System.Globalization;
using WebCoord.Core;

namespace WebCoord.TransactionLog.Redis;

/// <summary>What Redis knows of a snapshot.</summary>
/// <param name="Attempt">In the names of its chunks: the zxid and, for several may write it, something random.</param>
/// <param name="Position">The last entry that it holds.</param>
/// <param name="Digest">The SHA-256 of all its bytes, in hexadecimal digits.</param>
/// <param name="LogId">The log that it is of.</param>
/// <param name="Writer">A random name of the process that wrote it.</param>
internal sealed record SnapshotManifest(string Attempt, LogPosition Position, int Chunks, long Bytes, string Digest,
    string LogId, string Writer)
{
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static SnapshotManifest Parse(string attempt, string text)
    {
        var words = text.Split(' ');
        try
        {
            var zxid = Zxid.Create(
                int.Parse(words[0], CultureInfo.InvariantCulture), uint.Parse(words[1], CultureInfo.InvariantCulture));
            return new SnapshotManifest(attempt, new LogPosition(zxid, words[2]),
                int.Parse(words[3], CultureInfo.InvariantCulture), long.Parse(words[4], CultureInfo.InvariantCulture),
                words[5], words[6], words[7]);
        }
        catch (Exception failure)
            when (failure is FormatException or OverflowException or IndexOutOfRangeException)
        {
            throw new InvalidDataException($"its manifest reads \"{text}\"", failure);
        }
    }
}
