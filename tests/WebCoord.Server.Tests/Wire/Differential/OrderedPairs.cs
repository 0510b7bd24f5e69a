using System.Globalization;

namespace WebCoord.Server.Tests.Wire.Differential;

/// <summary>
/// Which number of one server stands for which number of the other: one to one and in the same order. Beside the
/// numbers that were paired there are bounds, of which is only known that both lie between the same pairs.
/// 0 and -1 mean the same everywhere and stand for themselves.
/// </summary>
internal sealed class OrderedPairs
{
    private readonly SortedDictionary<long, long> _pairs = [];
    private readonly HashSet<(long Left, long Right)> _bounds = [];

    /// <summary>Whether a number of the right server was paired.</summary>
    public bool HasRight(long right) => _pairs.ContainsValue(right);

    /// <summary>Pairs two numbers; tells what speaks against it, or null.</summary>
    public string? Pair(long left, long right)
    {
        if (left is 0 or -1 || right is 0 or -1)
        {
            return left == right ? null : "only one of them is special";
        }

        if (_pairs.TryGetValue(left, out var known))
        {
            return known == right ? null : Told($"the first was paired with {known:x} before");
        }

        foreach (var (otherLeft, otherRight) in _pairs)
        {
            if (otherRight == right || left < otherLeft != right < otherRight)
            {
                return Told($"against the order of the pair {otherLeft:x} and {otherRight:x}");
            }
        }

        foreach (var (otherLeft, otherRight) in _bounds)
        {
            if (left <= otherLeft != right <= otherRight)
            {
                return Told($"one of them was visible at {otherLeft:x} and {otherRight:x}, the other not");
            }
        }

        _pairs.Add(left, right);
        return null;
    }

    /// <summary>Notes how far both servers were; tells what speaks against it, or null.</summary>
    public string? Bound(long left, long right)
    {
        if (left is 0 or -1 || right is 0 or -1)
        {
            return left == right ? null : "only one of them is special";
        }

        foreach (var (otherLeft, otherRight) in _pairs)
        {
            if (otherLeft <= left != otherRight <= right)
            {
                return Told($"only one of them is as far as the pair {otherLeft:x} and {otherRight:x}");
            }
        }

        _bounds.Add((left, right));
        return null;
    }

    private static string Told(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
