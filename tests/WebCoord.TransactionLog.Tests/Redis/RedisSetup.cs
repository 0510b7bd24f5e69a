namespace WebCoord.TransactionLog.Tests.Redis;

/// <summary>What is special about a <see cref="RedisServer"/>; as it comes, it loses nothing that it
/// acknowledged.</summary>
internal sealed record RedisSetup
{
    public string? Password { get; init; }

    /// <summary>With these it speaks TLS, and nothing else.</summary>
    public RedisCertificates? Certificates { get; init; }

    /// <summary>Lines of its configuration beside the usual ones; they win.</summary>
    public IReadOnlyList<string> Lines { get; init; } = [];
}
