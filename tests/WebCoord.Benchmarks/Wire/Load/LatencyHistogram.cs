using System.Diagnostics;
using System.Numerics;

namespace WebCoord.Benchmarks.Wire.Load;

/// <summary>How often each latency was seen, to about 3 %: every power of two is cut into 32 equal parts.</summary>
internal sealed class LatencyHistogram
{
    private const int PartBits = 5;
    private const int Parts = 1 << PartBits;

    private readonly long[] _counts = new long[64 * Parts];

    public long Count { get; private set; }

    /// <param name="ticks">Of <see cref="Stopwatch"/>.</param>
    public void Record(long ticks)
    {
        _counts[IndexOf(ticks)]++;
        Count++;
    }

    public void Clear()
    {
        Array.Clear(_counts);
        Count = 0;
    }

    public double PercentileMs(double percent)
    {
        var rank = Count * percent / 100;
        var seen = 0L;
        for (var index = 0; index < _counts.Length; index++)
        {
            seen += _counts[index];
            if (seen > 0 && seen >= rank)
            {
                return MiddleOf(index) * 1_000.0 / Stopwatch.Frequency;
            }
        }

        return double.NaN;
    }

    private static int IndexOf(long ticks)
    {
        var shift = Math.Max(0, BitOperations.Log2((ulong)ticks) - PartBits);
        return (shift << PartBits) + (int)(ticks >> shift);
    }

    private static double MiddleOf(int index)
    {
        // Parts of the first power that is cut appear with their leading bit, so each shift covers one power.
        var shift = Math.Max(0, (index >> PartBits) - 1);
        return (index - (shift << PartBits) + 0.5) * (1L << shift);
    }
}
