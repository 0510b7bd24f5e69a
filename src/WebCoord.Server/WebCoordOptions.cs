using WebCoord.Core;
using WebCoord.TransactionLog.Redis;

namespace WebCoord.Server;

/// <summary>The section <c>WebCoord</c> of the configuration. Checked once at start; every failure names the key and
/// the fix.</summary>
internal sealed class WebCoordOptions
{
    public const string Section = "WebCoord";

    public LogOptions Log { get; init; } = new();

    public InstanceOptions Instance { get; init; } = new();

    public SessionOptions Sessions { get; init; } = new();

    public LimitOptions Limits { get; init; } = new();

    public ZooKeeperOptions ZooKeeper { get; init; } = new();

    public SecurityOptions Security { get; init; } = new();

    /// <summary>What a new service starts with; from then on the settings in its state count.</summary>
    public Settings ToSettings() => new()
    {
        TickMs = Sessions.TickMs,
        MinTimeoutMs = Sessions.MinTimeoutMs,
        MaxTimeoutMs = Sessions.MaxTimeoutMs,
        MaxDataBytes = Limits.MaxDataBytes,
        MaxTransactionBytes = Limits.MaxTransactionBytes,
        MaxNodes = Limits.MaxNodes,
        MaxBytes = Limits.MaxBytes,
        MaxRecursiveDelete = Limits.MaxRecursiveDelete,
        EnforceQuota = Limits.EnforceQuota,
    };
}

internal sealed class LogOptions
{
    /// <summary><c>sqlite</c>, <c>redis</c> or <c>memory</c>.</summary>
    public string Kind { get; init; } = "sqlite";

    public SqliteOptions Sqlite { get; init; } = new();

    public RedisOptions Redis { get; init; } = new();

    /// <summary>A snapshot is taken after so many requests since the last one, or half as many as the tree has nodes if
    /// that is more: snapshots of a growing tree then never cost more than the writes that made it. ...</summary>
    public int SnapshotRequests { get; init; } = 200_000;

    /// <summary>... or after so many bytes of requests, whichever comes first.</summary>
    public long SnapshotBytes { get; init; } = 256L << 20;

    /// <summary>Requests that may wait for their batch; more are answered 429.</summary>
    public int MaxQueuedRequests { get; init; } = 20_000;

    /// <summary>Bytes of requests that may wait; more are answered 429.</summary>
    public long MaxQueuedBytes { get; init; } = 256L << 20;
}

internal sealed class SqliteOptions
{
    /// <summary>The data file, relative to the working directory; its folder is made.</summary>
    public string Path { get; init; } = "data/webcoord.db";
}

internal sealed class RedisOptions
{
    /// <summary>Where Redis is: a connection string of StackExchange.Redis, such as
    /// <c>redis1:6379,redis2:6379,password=...,ssl=true</c>.</summary>
    public string Configuration { get; init; } = "localhost:6379";

    /// <summary>What the keys of this service begin with; several services may share a Redis.</summary>
    public string Prefix { get; init; } = "webcoord";

    /// <summary>How long Redis may take to answer before its connection is given up, ms.</summary>
    public int TimeoutMs { get; init; } = 2_000;

    /// <summary>Whether a Redis that does not show how durable it is (CONFIG is forbidden) is used all the same.
    /// </summary>
    public bool AllowUnknownDurability { get; init; }

    /// <summary>Whether an instance that finds no log begins an empty one. Once a service is in use, false keeps a
    /// restarted instance from taking an emptied Redis for a new service.</summary>
    public bool CreateLog { get; init; } = true;

    /// <summary>A PEM file of the certificates that the one of Redis must lead to; by default those that this machine
    /// trusts.</summary>
    public string? TlsTrustedCertificates { get; init; }

    public RedisLogOptions ToLogOptions() =>
        new(Configuration, Prefix, TimeSpan.FromMilliseconds(TimeoutMs), AllowUnknownDurability, CreateLog)
        {
            TlsTrustedCertificates = TlsTrustedCertificates,
        };
}

internal sealed class InstanceOptions
{
    /// <summary>Unique among live instances; by default the machine name and port.</summary>
    public string? Name { get; init; }

    /// <summary>Where clients reach this instance; by default the first listening address.</summary>
    public string? Address { get; init; }

    /// <summary>How long an instance that is to stop still serves while its readiness fails, so that whoever balances
    /// the load has time to see it, ms; by default 2,000 with a shared log and 0 without.</summary>
    public int? DrainMs { get; init; }

    /// <summary>The highest feature level that this instance claims to support; by default all that it knows. Held back
    /// during an upgrade, it keeps the way back to the older version open.</summary>
    public int? FeatureLevel { get; init; }
}

internal sealed class SessionOptions
{
    /// <summary>The unit of session bookkeeping, ms.</summary>
    public int TickMs { get; init; } = 500;

    /// <summary>Shorter timeouts that clients ask for become this one, ms; at least 4 ticks.</summary>
    public int MinTimeoutMs { get; init; } = 2_000;

    /// <summary>Longer timeouts that clients ask for become this one, ms.</summary>
    public int MaxTimeoutMs { get; init; } = 60_000;

    /// <summary>How long a hub connection may owe the answer to a ping before it is cut, ms. Sessions do not depend on
    /// it: they go by what was received.</summary>
    public int PongTimeoutMs { get; init; } = 30_000;

    /// <summary>How often empty containers and nodes whose TTL is over are looked for, ms.</summary>
    public int ReapIntervalMs { get; init; } = 2_000;
}

internal sealed class LimitOptions
{
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

    /// <summary>Most watches that one hub connection may have armed.</summary>
    public int MaxWatchesPerConnection { get; init; } = 10_000;

    /// <summary>Events that wait for one hub client; a client that lets more gather loses its watches and is told so.
    /// </summary>
    public int MaxQueuedEventsPerConnection { get; init; } = 20_000;

    /// <summary>Whether the hard limits of quotas refuse writes; otherwise they only warn.</summary>
    public bool EnforceQuota { get; init; }
}

internal sealed class ZooKeeperOptions
{
    /// <summary>Where ZooKeeper clients connect, on the addresses that HTTP listens on; 0 for nowhere.</summary>
    public int Port { get; init; } = 2181;

    /// <summary>Where they connect with TLS; 0 for nowhere.</summary>
    public int TlsPort { get; init; }

    /// <summary>The server's certificate with its chain, as a PEM or PFX file.</summary>
    public string? TlsCertificate { get; init; }

    /// <summary>The key of a PEM certificate; by default it is in the same file.</summary>
    public string? TlsCertificateKey { get; init; }

    /// <summary>Of the PFX file or the PEM key; none by default.</summary>
    public string? TlsCertificatePassword { get; init; }

    /// <summary>A PEM file of the certificates that those of clients must lead to.</summary>
    public string? TlsTrustedCertificates { get; init; }

    /// <summary>Whether clients <c>need</c> a certificate, are asked for one (<c>want</c>), or not (<c>none</c>); by
    /// default they need one if there are certificates to trust.</summary>
    public string? TlsClientAuth { get; init; }

    /// <summary>The subject of the certificate whose holder passes every ACL; none by default.</summary>
    public string? SuperCertificate { get; init; }

    /// <summary><see cref="TlsClientAuth"/> with its default.</summary>
    internal string EffectiveTlsClientAuth => TlsClientAuth ?? (TlsTrustedCertificates is null ? "none" : "need");

    /// <summary><c>user:base64(sha1(user:password))</c> of the one who passes every ACL; none by default.</summary>
    public string? SuperDigest { get; init; }

    /// <summary>Longer requests end the connection, bytes.</summary>
    public int MaxFrameBytes { get; init; } = 1_048_575;

    /// <summary>Connections that one address may have open; 0 for any number.</summary>
    public int MaxConnectionsPerAddress { get; init; } = 60;

    /// <summary>Paths that one connection may watch; one that watches more is ended.</summary>
    public int MaxWatchesPerConnection { get; init; } = 100_000;

    /// <summary>Four-letter words that are answered, or <c>*</c> for all; none of them stands for <see
    /// cref="Wire.FourLetterWords.FourLetterWordTable.Default"/>.</summary>
    public IList<string> FourLetterWords { get; init; } = [];

    /// <summary>Whether nodes with a TTL may be created.</summary>
    public bool ExtendedTypes { get; init; } = true;
}

internal sealed class SecurityOptions
{
    /// <summary>Whether callers without credentials are served. By default only when every listening address is
    /// loopback and no proxy is known.</summary>
    public bool? AllowAnonymous { get; init; }

    /// <summary>Addresses or networks of the proxies in front, which are believed where a request comes from.</summary>
    public IList<string> KnownProxies { get; init; } = [];

    /// <summary>Names that the Host header may have beside loopback names and the listening addresses; <c>*</c> for
    /// any.</summary>
    public IList<string> AllowedHosts { get; init; } = [];

    /// <summary>Origins, such as <c>https://app.example</c>, whose pages may change state.</summary>
    public IList<string> AllowedOrigins { get; init; } = [];
}
