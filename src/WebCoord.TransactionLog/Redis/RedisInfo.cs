namespace WebCoord.TransactionLog.Redis;

/// <summary>What a Redis tells of itself (INFO): lines of a name, a colon and a value.</summary>
internal sealed class RedisInfo(string text)
{
    private readonly Dictionary<string, string> _fields = text.Split('\n')
        .Select(line => line.TrimEnd('\r').Split(':', 2))
        .Where(parts => parts.Length == 2)
        .GroupBy(parts => parts[0], StringComparer.Ordinal)
        .ToDictionary(field => field.Key, field => field.First()[1], StringComparer.Ordinal);

    /// <summary>A field; empty if there is none.</summary>
    public string this[string name] => _fields.GetValueOrDefault(name, "");

    public bool IsMaster => this["role"] == "master";

    public bool IsCluster => this["redis_mode"] == "cluster";
}
