using System.Security.Cryptography;
using WebCoord.Core;

namespace WebCoord.Server.Pipeline;

/// <summary>Who this process is among the instances of the service.</summary>
internal sealed class LocalInstance(InstanceOptions options)
{
    private string? _address = options.Address;
    private string? _name = options.Name;
    private long _lastConnection;

    /// <summary>Random, made anew by every process; never 0.</summary>
    public long Id { get; } = RandomNumberGenerator.GetInt32(1, int.MaxValue) * (1L << 31)
        + RandomNumberGenerator.GetInt32(1, int.MaxValue);

    /// <summary>The highest feature level that this instance supports.</summary>
    public int FeatureLevel { get; } =
        Math.Min(options.FeatureLevel ?? int.MaxValue, CoordinationState.SupportedFeatureLevel);

    public string Name => _name ?? Environment.MachineName;

    /// <summary>Where clients reach it; empty until it listens, unless configured.</summary>
    public string Address => _address ?? "";

    /// <summary>Fills in what is not configured, once the listening addresses are known.</summary>
    public void ListensOn(IEnumerable<string> addresses)
    {
        _address ??= addresses.FirstOrDefault();
        _name ??= Uri.TryCreate(_address, UriKind.Absolute, out var uri)
            ? $"{Environment.MachineName}:{uri.Port}"
            : null;
    }

    /// <summary>A number for a new connection, from 1, never given twice.</summary>
    public long NextConnection() => Interlocked.Increment(ref _lastConnection);
}
