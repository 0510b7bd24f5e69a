namespace WebCoord.Core;

/// <summary>
/// Limits and rules that decide results at apply. They are part of the state, so that every instance judges alike; the
/// options of an instance are only what the very first one starts with.
/// </summary>
public sealed record Settings
{
    /// <summary>Most that data or a transaction may be allowed to have: with its paths and ACLs it must fit a batch of
    /// the log, 4 MiB.</summary>
    public const int MaxContentBytes = 3 << 20;

    /// <summary>Length of a tick, the unit of session bookkeeping, ms; 10 to 60,000.</summary>
    public int TickMs { get; init; } = 500;

    /// <summary>Shortest session timeout, ms; at least 4 ticks.</summary>
    public int MinTimeoutMs { get; init; } = 2_000;

    /// <summary>Longest session timeout, ms.</summary>
    public int MaxTimeoutMs { get; init; } = 60_000;

    /// <summary>Most bytes of data in one node.</summary>
    public int MaxDataBytes { get; init; } = 1_048_000;

    /// <summary>Most bytes of data and paths in one transaction.</summary>
    public int MaxTransactionBytes { get; init; } = 1_048_000;

    /// <summary>Most nodes in the tree.</summary>
    public long MaxNodes { get; init; } = 10_000_000;

    /// <summary>Most bytes of data, names and ACLs in the tree.</summary>
    public long MaxBytes { get; init; } = 4L << 30;

    /// <summary>Most nodes that one recursive delete may take.</summary>
    public int MaxRecursiveDelete { get; init; } = 10_000;

    /// <summary>Whether the hard limits of quotas are enforced (zookeeper-protocol section 10.2).</summary>
    public bool EnforceQuota { get; init; }

    /// <summary>How long a container that never had a child may live, ms; 0 for ever.</summary>
    public long ContainerNeverUsedMs { get; init; }

    /// <summary>What is wrong with the settings, as a sentence that names the setting and its range; null when they are
    /// fine.</summary>
    public string? Problem() => this switch
    {
        { TickMs: < 10 or > 60_000 } => $"TickMs is {TickMs}; it must be 10 to 60000.",
        _ when MinTimeoutMs < 4L * TickMs =>
            $"MinTimeoutMs is {MinTimeoutMs}; it must be at least 4 ticks, {4L * TickMs} ms.",
        _ when MaxTimeoutMs < MinTimeoutMs =>
            $"MaxTimeoutMs is {MaxTimeoutMs}; it must not be less than MinTimeoutMs, {MinTimeoutMs}.",
        { MaxDataBytes: < 1 or > MaxContentBytes } =>
            $"MaxDataBytes is {MaxDataBytes}; it must be 1 to {MaxContentBytes}.",
        { MaxTransactionBytes: < 1 or > MaxContentBytes } =>
            $"MaxTransactionBytes is {MaxTransactionBytes}; it must be 1 to {MaxContentBytes}.",
        { MaxNodes: < 1 } => $"MaxNodes is {MaxNodes}; it must be at least 1.",
        { MaxBytes: < 1 } => $"MaxBytes is {MaxBytes}; it must be at least 1.",
        { MaxRecursiveDelete: < 1 or > 1_000_000 } =>
            $"MaxRecursiveDelete is {MaxRecursiveDelete}; it must be 1 to 1000000.",
        { ContainerNeverUsedMs: < 0 } =>
            $"ContainerNeverUsedMs is {ContainerNeverUsedMs}; it must be 0 (never) or more.",
        _ => null,
    };
}
