using System.Globalization;

namespace WebCoord.Server.Tests.EndToEnd.Durability;

/// <summary>
/// What one client knows of its nodes: the last acknowledged content of each, and what the request under way would make
/// of some of them. A client has one request under way at a time, so that after a crash every node holds either what
/// was acknowledged last or what that request would have written, and a transaction all of it or nothing.
/// </summary>
internal sealed class Ledger
{
    private readonly SortedDictionary<string, Content> _acknowledged = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string?> _underWay = [];

    public IReadOnlyCollection<string> Paths => _acknowledged.Keys;

    public Content this[string path] => _acknowledged.GetValueOrDefault(path);

    /// <summary>A request is about to be sent that would leave this data at these paths; null stands for no node.
    /// </summary>
    public void Begin(string? data, params IEnumerable<string> paths)
    {
        _underWay.Clear();
        foreach (var path in paths)
        {
            _underWay.Add(path, data);
            _acknowledged.TryAdd(path, default);
        }
    }

    /// <summary>The request was acknowledged, with the tag that the node has now where that is known.</summary>
    public void Acknowledge(string? tag = null)
    {
        foreach (var (path, data) in _underWay)
        {
            _acknowledged[path] = new Content(data, tag);
        }

        _underWay.Clear();
    }

    /// <summary>The request was refused, so it must have changed nothing.</summary>
    public void Refuse() => _underWay.Clear();

    /// <summary>Compares with what was found after a restart, and goes on from there.</summary>
    public void Verify(IReadOnlyDictionary<string, Content> found)
    {
        var applied = 0;
        foreach (var (path, known) in _acknowledged.ToList())
        {
            var actual = found[path];
            if (_underWay.TryGetValue(path, out var pending) && actual.Data == pending)
            {
                applied++;
            }
            else
            {
                Assert.True(
                    actual.Data == known.Data && (known.Tag is null || actual.Tag == known.Tag),
                    string.Create(CultureInfo.InvariantCulture, $"{path} holds {actual}, acknowledged was {known}."));
            }

            _acknowledged[path] = actual;
        }

        Assert.True(applied == 0 || applied == _underWay.Count, "A transaction was applied in part.");
        _underWay.Clear();
    }

    /// <summary>The data of a node, null where there is none, and its entity tag, null where that is not known.
    /// </summary>
    public readonly record struct Content(string? Data, string? Tag);
}
