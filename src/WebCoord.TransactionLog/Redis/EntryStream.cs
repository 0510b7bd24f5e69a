using System.Globalization;
using StackExchange.Redis;
using WebCoord.Core;

namespace WebCoord.TransactionLog.Redis;

/// <summary>Reads the stream of the entries, some at a time.</summary>
internal static class EntryStream
{
    /// <summary>Reading so many takes Redis about a millisecond.</summary>
    private const int MaxCount = 256;
    private const int EnoughBytes = 1 << 20;

    private static readonly RedisScript ReadScript = new("read");

    /// <summary>Whether there may have been more than was read at once.</summary>
    public static bool MayGoOn(IReadOnlyCollection<StoredEntry> read) =>
        read.Count == MaxCount || read.Sum(entry => (long)entry.Payload.Length) >= EnoughBytes;

    /// <summary>Entries after a zxid, in order; none if there are no more.</summary>
    /// <exception cref="LogUnavailableException">There is no answer.</exception>
    /// <exception cref="InvalidDataException">There is something else in the stream.</exception>
    public static async Task<List<StoredEntry>> ReadAsync(RedisConnection connection, Zxid after,
        CancellationToken cancellationToken)
    {
        var answer = await connection.RunAsync(ReadScript, [RedisReply.IdOf(after), MaxCount, EnoughBytes],
            cancellationToken);
        return [.. ((RedisResult[])answer).Select(Parse)];
    }

    private static StoredEntry Parse(RedisResult item)
    {
        try
        {
            return ParseFields(item);
        }
        catch (Exception other) when (other is FormatException or OverflowException or ArgumentException)
        {
            throw new InvalidDataException($"it is not one of this log's ({other.Message})", other);
        }
    }

    private static StoredEntry ParseFields(RedisResult item)
    {
        var parts = (RedisResult[])item;
        var id = (string)parts[0];
        var fields = (RedisResult[])parts[1];
        var found = new Dictionary<string, RedisResult>(fields.Length / 2, StringComparer.Ordinal);
        for (var i = 0; i + 1 < fields.Length; i += 2)
        {
            found[(string)fields[i]] = fields[i + 1];
        }

        return new StoredEntry(RedisReply.ZxidOf(id), (int)Number("n"), Number("t"), Number("i"), Number("s"),
            (string)Field("h"), (byte[])Field("p"));

        long Number(string name) => long.Parse((string)Field(name), CultureInfo.InvariantCulture);

        RedisResult Field(string name) => found.TryGetValue(name, out var value)
            ? value
            : throw new InvalidDataException($"the entry {id} has no field {name}");
    }
}
