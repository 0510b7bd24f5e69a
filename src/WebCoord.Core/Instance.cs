namespace WebCoord.Core;

/// <summary>What an instance tells about itself with every heartbeat.</summary>
/// <param name="Id">Random, made anew by every process.</param>
/// <param name="Name">Unique among live instances.</param>
/// <param name="Address">Where clients reach it.</param>
/// <param name="FeatureLevel">The highest feature level that it supports.</param>
/// <param name="AppliedZxid">The last zxid it had applied.</param>
/// <param name="Digest">The digest of its state at that zxid.</param>
/// <param name="Connections">Open hub and wire connections.</param>
/// <param name="Watches">Armed watches.</param>
public sealed record InstanceReport(long Id, string Name, string Address, int FeatureLevel, Zxid AppliedZxid,
    ulong Digest, int Connections, int Watches);

/// <summary>An instance of the service, as the state knows it.</summary>
/// <param name="LastHeartbeatMs">Wall time of its last heartbeat, ms since 1970.</param>
public sealed record Instance(InstanceReport Report, long LastHeartbeatMs);
