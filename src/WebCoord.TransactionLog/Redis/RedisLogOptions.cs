namespace WebCoord.TransactionLog.Redis;

/// <summary>Where a log in Redis is and how it is used.</summary>
/// <param name="Configuration">A connection string of StackExchange.Redis.</param>
/// <param name="Prefix">What the keys begin with; without braces or white space.</param>
/// <param name="Timeout">How long Redis may take to answer before its connection is given up.</param>
/// <param name="AllowUnknownDurability">Whether a Redis that hides its configuration is used all the same.</param>
/// <param name="CreateLog">Whether a log is begun where there is none.</param>
public sealed record RedisLogOptions(string Configuration, string Prefix, TimeSpan Timeout, bool AllowUnknownDurability,
    bool CreateLog)
{
    /// <summary>How often the head is looked at when nothing happens. A third of the shortest session timeout must be
    /// several of these, for by the looks an instance knows that it may vouch for its clients.</summary>
    public TimeSpan LookInterval { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>A PEM file of the certificates that the one of Redis must lead to; null for those that this machine
    /// trusts.</summary>
    public string? TlsTrustedCertificates { get; init; }

    /// <summary>What is wrong with a connection string, which may hold a password, and how it should look; null if it
    /// can be read.</summary>
    public static string? MistakeIn(string configuration)
    {
        try
        {
            RedisConnectionString.Parse(configuration);
            return null;
        }
        catch (LogRefusedException refusal)
        {
            return refusal.Message + ".";
        }
    }
}
