using System.Globalization;
using StackExchange.Redis;
using WebCoord.Core;

namespace WebCoord.TransactionLog.Redis;

/// <summary>Reads the stream of the entries, some at a time: as many as make about a megabyte, going by those before.
/// One read at a time.</summary>
internal sealed class EntryStream
{
    private const int FirstCount = 16;
    private const int MaxCount = 1_024;
    private const int AimBytes = 1 << 20;

    private int _count = FirstCount;

    /// <summary>Entries after a zxid, in order; none if there are no more.</summary>
    /// <exception cref="LogUnavailableException">There is no answer.</exception>
    /// <exception cref="InvalidDataException">There is something else in the stream.</exception>
    public async Task<List<StoredEntry>> ReadAsync(RedisConnection connection, Zxid after,
        CancellationToken cancellationToken)
    {
        object[] arguments = [connection.Keys.Log, $"({RedisReply.IdOf(after)}", "+", "COUNT", _count];
        var answer = await connection.AskAsync(
            () => connection.Database.ExecuteAsync("XRANGE", arguments, CommandFlags.DemandMaster), cancellationToken);
        var entries = ((RedisResult[])answer).Select(Parse).ToList();
        var bytes = entries.Sum(entry => (long)entry.Payload.Length);
        if (bytes > AimBytes)
        {
            _count = Math.Max(1, _count / 2);
        }
        else if (entries.Count == _count)
        {
            _count = Math.Min(MaxCount, _count * 2);
        }

        return entries;
    }

    private static StoredEntry Parse(RedisResult item)
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
