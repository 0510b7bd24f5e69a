using System.Globalization;

namespace WebCoord.Server.Wire.FourLetterWords;

/// <summary>Numbers and times in the form in which ZooKeeper's Java prints them, which scripts read.</summary>
internal static class WordText
{
    public static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>Without leading zeros; a negative number with all its bits.</summary>
    public static string Hex(long number) => "0x" + number.ToString("x", CultureInfo.InvariantCulture);

    /// <summary>Whole milliseconds.</summary>
    public static long Milliseconds(TimeSpan time) => (long)time.TotalMilliseconds;

    /// <summary>Milliseconds with one to four digits behind the point.</summary>
    public static string Average(TimeSpan time) =>
        time.TotalMilliseconds.ToString("0.0###", CultureInfo.InvariantCulture);

    public static string Date(DateTimeOffset time) =>
        time.ToString("ddd MMM dd HH:mm:ss 'UTC' yyyy", CultureInfo.InvariantCulture);
}
