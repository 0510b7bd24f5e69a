using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace WebCoord.Server.Wire;

/// <summary>TLS for ZooKeeper clients: who the server is, and what clients must show.</summary>
internal static class WireTls
{
    /// <summary>The use of a certificate to prove who a client is.</summary>
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    private const string Beginning = "-----BEGIN ";

    /// <summary>Reads the files that the options name.</summary>
    /// <exception cref="WireTlsException">One of them cannot be used; the message names key and fix.</exception>
    public static HttpsConnectionAdapterOptions Read(ZooKeeperOptions options)
    {
        var chain = new X509Certificate2Collection();
        var https = new HttpsConnectionAdapterOptions
        {
            ServerCertificate = ReadCertificate(options, chain),
            ServerCertificateChain = chain,
            ClientCertificateMode = options.EffectiveTlsClientAuth switch
            {
                "need" => ClientCertificateMode.RequireCertificate,
                "want" => ClientCertificateMode.AllowCertificate,
                _ => ClientCertificateMode.NoCertificate,
            },
        };
        if (options.TlsTrustedCertificates is { } path)
        {
            var trusted = ReadTrusted(path);
            https.OnAuthenticate = (_, tls) => tls.CertificateChainPolicy = PolicyFor(trusted);
        }

        return https;
    }

    /// <summary>Certificates must be valid now, meant for clients, and lead to a trusted one. Whether they were revoked
    /// is asked nobody: that would let the network decide who may connect.</summary>
    private static X509ChainPolicy PolicyFor(X509Certificate2Collection trusted)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(trusted);
        policy.ApplicationPolicy.Add(new Oid(ClientAuthentication));
        return policy;
    }

    private static X509Certificate2 ReadCertificate(ZooKeeperOptions options, X509Certificate2Collection chain)
    {
        var path = options.TlsCertificate!;
        try
        {
            var certificate = IsPem(path)
                ? ReadPem(options, chain)
                : ReadPfx(path, options.TlsCertificatePassword, chain);
            return certificate.HasPrivateKey
                ? certificate
                : throw new CryptographicException("It has no private key.");
        }
        catch (Exception failure) when (IsUnusable(failure))
        {
            throw new WireTlsException($"WebCoord:ZooKeeper:TlsCertificate is '{path}', which cannot be used: "
                + $"{failure.Message} Set it to a PEM file, with the key in it or in "
                + "WebCoord:ZooKeeper:TlsCertificateKey, or to a PFX file; and "
                + "WebCoord:ZooKeeper:TlsCertificatePassword if it has a password.", failure);
        }
    }

    private static X509Certificate2 ReadPem(ZooKeeperOptions options, X509Certificate2Collection chain)
    {
        var (path, key) = (options.TlsCertificate!, options.TlsCertificateKey ?? options.TlsCertificate!);
        chain.ImportFromPemFile(path);
        return options.TlsCertificatePassword is { } password
            ? X509Certificate2.CreateFromEncryptedPemFile(path, password, key)
            : X509Certificate2.CreateFromPemFile(path, key);
    }

    private static X509Certificate2 ReadPfx(string path, string? password, X509Certificate2Collection chain)
    {
        chain.AddRange(X509CertificateLoader.LoadPkcs12CollectionFromFile(path, password));
        return chain.FirstOrDefault(certificate => certificate.HasPrivateKey)
            ?? throw new CryptographicException("It has no certificate with a private key.");
    }

    private static X509Certificate2Collection ReadTrusted(string path)
    {
        try
        {
            var trusted = new X509Certificate2Collection();
            trusted.ImportFromPemFile(path);
            return trusted.Count > 0 ? trusted : throw new CryptographicException("It has no certificate.");
        }
        catch (Exception failure) when (IsUnusable(failure))
        {
            throw new WireTlsException($"WebCoord:ZooKeeper:TlsTrustedCertificates is '{path}', which cannot be used: "
                + $"{failure.Message} Set it to a PEM file of the certificates that those of clients lead to.",
                failure);
        }
    }

    private static bool IsPem(string path) => File.ReadAllText(path).Contains(Beginning, StringComparison.Ordinal);

    private static bool IsUnusable(Exception failure) =>
        failure is CryptographicException or IOException or UnauthorizedAccessException;
}

/// <summary>ZooKeeper clients cannot be served over TLS as the options say.</summary>
internal sealed class WireTlsException(string message, Exception cause) : Exception(message, cause);
