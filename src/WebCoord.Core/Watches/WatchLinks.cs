using System.Diagnostics;

namespace WebCoord.Core.Watches;

/// <summary>
/// What one path, or one watcher, is linked to, each with a number that is not 0. Most have exactly one link, and there
/// may be millions of them, so a single one lies in the value itself; only several need a dictionary.
/// </summary>
internal struct WatchLinks<T>
    where T : class
{
    /// <summary>Null, the only one linked, or a <see cref="Several"/>.</summary>
    private object? _linked;

    /// <summary>The number of the only one linked.</summary>
    private int _value;

    public readonly bool IsEmpty => _linked is null;

    public readonly int Count => _linked switch
    {
        null => 0,
        Several several => several.Count,
        _ => 1,
    };

    /// <summary>The number of a link; 0 when there is none.</summary>
    public readonly int Find(T linked) => _linked switch
    {
        null => 0,
        Several several => several.GetValueOrDefault(linked),
        _ => _linked.Equals(linked) ? _value : 0,
    };

    /// <summary>Makes or changes a link; 0 removes it.</summary>
    public void Set(T linked, int value)
    {
        if (_linked is Several several)
        {
            SetAmong(several, linked, value);
        }
        else if (_linked is null || _linked.Equals(linked))
        {
            (_linked, _value) = value == 0 ? (null, 0) : (linked, value);
        }
        else if (value != 0)
        {
            _linked = new Several { [(T)_linked] = _value, [linked] = value };
        }
    }

    /// <summary>The links as they are now, so that they may be changed while one looks through them.</summary>
    public readonly KeyValuePair<T, int>[] ToArray() => _linked switch
    {
        null => [],
        Several several => [.. several],
        _ => [KeyValuePair.Create((T)_linked, _value)],
    };

    private void SetAmong(Several several, T linked, int value)
    {
        if (value != 0)
        {
            several[linked] = value;
            return;
        }

        several.Remove(linked);
        if (several.Count == 1)
        {
            var (last, lastValue) = several.First();
            (_linked, _value) = (last, lastValue);
        }

        Debug.Assert(several.Count > 0, "several links never become none at once");
    }

    private sealed class Several : Dictionary<T, int>;
}
