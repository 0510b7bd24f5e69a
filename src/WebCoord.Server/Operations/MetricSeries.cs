namespace WebCoord.Server.Operations;

/// <summary>The value of one instrument under one set of labels, as it stands. Safe for several threads.</summary>
internal abstract class MetricSeries
{
    protected Lock Gate { get; } = new();

    public abstract void Record(double value);

    /// <summary>Sums up: counters, and gauges that move by differences.</summary>
    internal sealed class Sum : MetricSeries
    {
        private double _sum;

        public double Value
        {
            get
            {
                lock (Gate)
                {
                    return _sum;
                }
            }
        }

        public override void Record(double value)
        {
            lock (Gate)
            {
                _sum += value;
            }
        }
    }

    /// <summary>Keeps the value that was told last.</summary>
    internal sealed class Last : MetricSeries
    {
        private double _value;

        public double Value => Volatile.Read(ref _value);

        public override void Record(double value) => Volatile.Write(ref _value, value);
    }

    /// <summary>Counts the values up to each of some bounds, and sums them.</summary>
    /// <param name="bounds">Ascending; the last bucket, of all values, comes by itself.</param>
    internal sealed class Distribution(IReadOnlyList<double> bounds) : MetricSeries
    {
        private readonly long[] _counts = new long[bounds.Count + 1];
        private double _sum;

        public IReadOnlyList<double> Bounds => bounds;

        public override void Record(double value)
        {
            var bucket = 0;
            while (bucket < bounds.Count && value > bounds[bucket])
            {
                bucket++;
            }

            lock (Gate)
            {
                _counts[bucket]++;
                _sum += value;
            }
        }

        /// <summary>How many values were up to each bound, then how many there were at all, and their sum.</summary>
        public (long[] Cumulative, double Sum) Read()
        {
            var cumulative = new long[_counts.Length];
            lock (Gate)
            {
                var count = 0L;
                for (var i = 0; i < cumulative.Length; i++)
                {
                    cumulative[i] = count += _counts[i];
                }

                return (cumulative, _sum);
            }
        }
    }
}
