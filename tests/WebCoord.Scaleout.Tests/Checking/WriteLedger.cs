namespace WebCoord.Scaleout.Tests.Checking;

/// <summary>
/// What clients were told of the items that they created in one folder, each with data of its own, under names that end
/// in a number of the service's. In the end it is compared with what is there: of every acknowledged item one, where
/// and as it was acknowledged; of one whose outcome is unknown at most one; of a refused one none; and names in the
/// order of zxids. Safe for use by many threads.
/// </summary>
internal sealed class WriteLedger
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Item?> _acknowledged = new(StringComparer.Ordinal);
    private readonly HashSet<string> _refused = new(StringComparer.Ordinal);
    private readonly List<(long After, long Before)> _lost = [];

    /// <summary>How many items were acknowledged.</summary>
    public int Acknowledged
    {
        get
        {
            lock (_lock)
            {
                return _acknowledged.Values.Count(item => item is not null);
            }
        }
    }

    /// <summary>An item is about to be sent; unless more is told, what becomes of it is unknown.</summary>
    public void Begin(string data)
    {
        lock (_lock)
        {
            _acknowledged.Add(data, null);
        }
    }

    public void Acknowledge(Item item)
    {
        lock (_lock)
        {
            _acknowledged[item.Data] = item;
        }
    }

    /// <summary>The service said that the item was not created.</summary>
    public void Refuse(string data)
    {
        lock (_lock)
        {
            _refused.Add(data);
        }
    }

    /// <summary>The service announced that it lost whatever it had between two zxids.</summary>
    public void Lose(long after, long before)
    {
        lock (_lock)
        {
            _lost.Add((after, before));
        }
    }

    /// <summary>How many of the acknowledged items were lost and announced to be.</summary>
    public int CountLost()
    {
        lock (_lock)
        {
            return _acknowledged.Values.Count(item => item is not null && IsLost(item.Zxid));
        }
    }

    /// <summary>What is wrong with the items that were found in the end.</summary>
    public IReadOnlyList<string> FindViolations(IReadOnlyCollection<Item> found)
    {
        lock (_lock)
        {
            return [.. OfFound(found), .. OfAcknowledged(found), .. OfOrder(found)];
        }
    }

    private IEnumerable<string> OfFound(IReadOnlyCollection<Item> found)
    {
        foreach (var group in found.GroupBy(item => item.Data).Where(group => group.Count() > 1))
        {
            yield return $"duplicated: {string.Join(", ", group)}";
        }

        foreach (var item in found)
        {
            if (!_acknowledged.ContainsKey(item.Data))
            {
                yield return $"nobody wrote {item}";
            }
            else if (_refused.Contains(item.Data))
            {
                yield return $"was said not to be applied: {item}";
            }

            if (IsLost(item.Zxid))
            {
                yield return $"was announced as lost and is there: {item}";
            }
        }
    }

    private IEnumerable<string> OfAcknowledged(IEnumerable<Item> found)
    {
        var byPath = found.ToDictionary(item => item.Path);
        foreach (var item in _acknowledged.Values)
        {
            if (item is not null && !IsLost(item.Zxid) && byPath.GetValueOrDefault(item.Path) != item)
            {
                var there = byPath.GetValueOrDefault(item.Path);
                yield return $"acknowledged: {item}, found there: {there?.ToString() ?? "nothing"}";
            }
        }
    }

    private static IEnumerable<string> OfOrder(IEnumerable<Item> found)
    {
        Item? last = null;
        foreach (var item in found.OrderBy(item => item.Path, StringComparer.Ordinal))
        {
            if (item.Zxid <= last?.Zxid)
            {
                yield return $"out of order: {last}, then {item}";
            }

            last = item;
        }
    }

    private bool IsLost(long zxid) => _lost.Exists(range => zxid > range.After && zxid < range.Before);
}
