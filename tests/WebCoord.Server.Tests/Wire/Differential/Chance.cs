namespace WebCoord.Server.Tests.Wire.Differential;

/// <summary>Choices by chance, from one seed.</summary>
internal sealed class Chance(int seed)
{
    private readonly Random _random = new(seed);

    public int Seed => seed;

    /// <summary>A number from 0 up to but without a limit.</summary>
    public int Below(int limit) => _random.Next(limit);

    public int Between(int least, int most) => _random.Next(least, most + 1);

    public bool OneIn(int number) => _random.Next(number) == 0;

    public T Of<T>(params ReadOnlySpan<T> values) => values[_random.Next(values.Length)];

    /// <summary>One of several ways, each as likely as its weight.</summary>
    public T Weighted<T>(params (int Weight, Func<T> Make)[] ways)
    {
        var rest = _random.Next(ways.Sum(way => way.Weight));
        foreach (var (weight, make) in ways)
        {
            rest -= weight;
            if (rest < 0)
            {
                return make();
            }
        }

        throw new InvalidOperationException("There is no way.");
    }

    public byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        _random.NextBytes(bytes);
        return bytes;
    }
}
