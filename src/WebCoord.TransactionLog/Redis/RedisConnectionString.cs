using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using StackExchange.Redis;

namespace WebCoord.TransactionLog.Redis;

/// <summary>Reads where Redis is and how to log in.</summary>
internal static class RedisConnectionString
{
    private const string Key = "WebCoord:Log:Redis:Configuration";

    /// <exception cref="LogRefusedException">It cannot be read; the message names the part that is wrong.</exception>
    public static ConfigurationOptions Parse(RedisLogOptions options)
    {
        var configuration = Parse(options.Configuration);
        var timeoutMs = (int)options.Timeout.TotalMilliseconds;
        configuration.AbortOnConnectFail = true;
        configuration.ConnectRetry = 1;
        configuration.ConnectTimeout = timeoutMs;
        configuration.SyncTimeout = timeoutMs;

        // INFO and CONFIG GET count as administration.
        configuration.AllowAdmin = true;

        // Nothing is written to find out which of several masters to use, and hints go by their full name.
        configuration.TieBreaker = "";
        configuration.ConfigurationChannel = "";
        configuration.ChannelPrefix = default;
        configuration.CertificateValidation += TrustOf(options);
        return configuration;
    }

    /// <summary>What judges the certificate of Redis.</summary>
    /// <exception cref="LogRefusedException">The certificates to trust cannot be read.</exception>
    public static RemoteCertificateValidationCallback TrustOf(RedisLogOptions options)
    {
        if (options.TlsTrustedCertificates is not { } file)
        {
            return (_, _, _, errors) => errors == SslPolicyErrors.None;
        }

        var trusted = Load(file);
        return (_, certificate, chain, errors) =>
            certificate is X509Certificate2 judged && IsTrusted(trusted, judged, chain, errors);
    }

    /// <exception cref="LogRefusedException">It cannot be read; the message names the part that is wrong.</exception>
    public static ConfigurationOptions Parse(string text)
    {
        try
        {
            return !string.IsNullOrWhiteSpace(text) && ConfigurationOptions.Parse(text) is { EndPoints.Count: > 0 } good
                ? good
                : throw new ArgumentException("it names no address");
        }
        catch (ArgumentException failure)
        {
            var why = failure switch
            {
                ArgumentOutOfRangeException { ParamName: "port" } => "a port is not between 0 and 65535",
                ArgumentOutOfRangeException { ParamName: { } name } => name,
                _ => failure.Message,
            };
            throw new LogRefusedException($"{Key} cannot be read: {why}. Set it to the addresses of one Redis and how "
                + "to log in, such as redis1:6379,redis2:6379,password=...,ssl=true", failure);
        }
    }

    /// <summary>The addresses, for people: the rest may hold a password.</summary>
    public static string LocationOf(ConfigurationOptions configuration) =>
        string.Join(',', configuration.EndPoints.Select(RedisMaster.NameOf));

    private static X509Certificate2Collection Load(string file)
    {
        try
        {
            var trusted = new X509Certificate2Collection();
            trusted.ImportFromPemFile(file);
            return trusted.Count > 0
                ? trusted
                : throw new CryptographicException("it holds no certificate");
        }
        catch (Exception failure)
            when (failure is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new LogRefusedException($"WebCoord:Log:Redis:TlsTrustedCertificates: {file} cannot be read: "
                + $"{failure.Message.TrimEnd('.')}. Name a PEM file of the certificates that the one of Redis must "
                + "lead to", failure);
        }
    }

    /// <summary>Whether all is well with a certificate but that this machine does not trust it, and those that are
    /// trusted here vouch for it.</summary>
    /// <param name="received">With what Redis sent beside its certificate.</param>
    private static bool IsTrusted(X509Certificate2Collection trusted, X509Certificate2 certificate,
        X509Chain? received, SslPolicyErrors errors)
    {
        if ((errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != SslPolicyErrors.None)
        {
            return false;
        }

        using var chain = new X509Chain();
        if (received is not null)
        {
            chain.ChainPolicy.ExtraStore.AddRange(received.ChainPolicy.ExtraStore);
        }

        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(trusted);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(certificate);
    }
}
