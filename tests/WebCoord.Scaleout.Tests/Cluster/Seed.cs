using System.Globalization;
using Xunit.Abstractions;

namespace WebCoord.Scaleout.Tests.Cluster;

/// <summary>From which everything random in a test comes: <c>WEBCOORD_SEED</c> if it is set, so that a run can be
/// repeated; always printed.</summary>
internal sealed class Seed
{
    public Seed(ITestOutputHelper output)
    {
        var given = Environment.GetEnvironmentVariable("WEBCOORD_SEED");
        Value = given is null ? Random.Shared.Next() : int.Parse(given, CultureInfo.InvariantCulture);
        output.WriteLine($"WEBCOORD_SEED={Value}");
    }

    public int Value { get; }

    /// <summary>Whether a long run is wanted (<c>WEBCOORD_SOAK=1</c>).</summary>
    public static bool IsSoak { get; } = Environment.GetEnvironmentVariable("WEBCOORD_SOAK") == "1";
}
