using System.Globalization;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;
using WebCoord.Core;
using WebCoord.Server.Pipeline;
using WebCoord.TransactionLog;

namespace WebCoord.Server.Operations;

/// <summary>Says in one line what runs now: where it listens, with which log, how durable, and what was loaded; and
/// warns of what its operator may not expect.</summary>
internal sealed partial class StartupReport(IServer server, ITransactionLog log, LogLoader loader,
    Applier applier, Settings configured, IOptions<WebCoordOptions> options, ILogger<StartupReport> logger)
{
    public void Tell()
    {
        var addresses = server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        var loaded = loader.Report;
        var description = log.Description;
        LogRunning(string.Join(", ", addresses), Describe(options.Value.ZooKeeper), description.Kind,
            description.Location,
            Describe(description.Durability), loaded.Nodes.ToString("N0", CultureInfo.InvariantCulture),
            (long)loaded.Duration.TotalMilliseconds);
        if (description.Durability == Durability.None)
        {
            LogNothingSurvives(description.Kind);
        }

        foreach (var damaged in loaded.DamagedSnapshots)
        {
            LogDamagedSnapshot(damaged);
        }

        foreach (var (name, option, held) in Differences(configured, applier.State.Settings))
        {
            LogDifferentSetting(name, option, held);
        }
    }

    /// <summary>Options whose value is not that of the setting of the same name in the state.</summary>
    internal static IEnumerable<(string Name, object? Configured, object? Held)> Differences(Settings configured,
        Settings held) => WebCoordOptionsKeys.All
        .Select(key => (Key: key, Setting: typeof(Settings).GetProperty(key.Name[(key.Name.LastIndexOf(':') + 1)..])))
        .Where(pair => pair.Setting is not null)
        .Select(pair => (pair.Key.Name, pair.Setting!.GetValue(configured), pair.Setting.GetValue(held)))
        .Where(difference => !Equals(difference.Item2, difference.Item3));

    /// <summary>Where ZooKeeper clients connect, on the hosts of the addresses.</summary>
    private static string Describe(ZooKeeperOptions zooKeeper)
    {
        string?[] ports =
        [
            zooKeeper.Port == 0 ? null : $"port {zooKeeper.Port.ToString(CultureInfo.InvariantCulture)}",
            zooKeeper.TlsPort == 0 ? null : $"TLS port {zooKeeper.TlsPort.ToString(CultureInfo.InvariantCulture)}",
        ];
        var open = ports.OfType<string>().ToList();
        return open.Count == 0 ? "off" : string.Join(", ", open);
    }

    private static string Describe(Durability durability) => durability switch
    {
        Durability.Fsync => "fsync: on disk before it is acknowledged",
        Durability.EverySecond => "everysec: on disk within about a second",
        _ => "none: lost with the process",
    };

    [LoggerMessage(100, LogLevel.Information, "WebCoord is listening on {Addresses}; ZooKeeper clients: "
        + "{ZooKeeper}; log: {Kind} at {Location} ({Durability}); loaded {Nodes} nodes in {Milliseconds} ms")]
    private partial void LogRunning(string addresses, string zooKeeper, string kind, string location,
        string durability, string nodes, long milliseconds);

    [LoggerMessage(101, LogLevel.Warning, "The log is kept in memory (WebCoord:Log:Kind={Kind}): nothing survives the "
        + "end of this process")]
    private partial void LogNothingSurvives(string kind);

    [LoggerMessage(102, LogLevel.Warning, "A damaged snapshot was passed over: {Snapshot}")]
    private partial void LogDamagedSnapshot(string snapshot);

    [LoggerMessage(103, LogLevel.Warning, "The option {Name} is {Configured}, but the state of the service says "
        + "{Held}, and that holds. PUT /v1/settings changes it")]
    private partial void LogDifferentSetting(string name, object? configured, object? held);
}
