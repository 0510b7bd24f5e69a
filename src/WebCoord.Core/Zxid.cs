using System.Globalization;

namespace WebCoord.Core;

/// <summary>
/// The place of one command in the total order of all changes: an epoch in the high 32 bits and a counter in the low
/// 32. Zxids only ever grow, across restarts and replacements of the log; a failed command uses one up too.
/// </summary>
public readonly record struct Zxid(long Value) : IComparable<Zxid>
{
    /// <summary>Before the first command ever.</summary>
    public static Zxid None => default;

    /// <summary>The generation of the log, 0 to 2^31 - 1.</summary>
    public int Epoch => (int)(Value >> 32);

    /// <summary>The place within the epoch.</summary>
    public uint Counter => (uint)Value;

    public static bool operator <(Zxid left, Zxid right) => left.Value < right.Value;

    public static bool operator >(Zxid left, Zxid right) => left.Value > right.Value;

    public static bool operator <=(Zxid left, Zxid right) => left.Value <= right.Value;

    public static bool operator >=(Zxid left, Zxid right) => left.Value >= right.Value;

    public static Zxid Create(int epoch, uint counter) => new(((long)epoch << 32) | counter);

    /// <summary>Reads the decimal form that the HTTP interface writes; negative numbers are refused.</summary>
    public static bool TryParse(string? text, out Zxid zxid)
    {
        var valid = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value);
        zxid = new Zxid(value);
        return valid;
    }

    public int CompareTo(Zxid other) => Value.CompareTo(other.Value);

    /// <summary>The decimal form, as the HTTP interface shows it.</summary>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}
