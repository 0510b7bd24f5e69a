using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace WebCoord.TransactionLog.Tests.Redis;

/// <summary>A certificate for a Redis on this machine, and the authority that vouches for it; both last as long as a
/// test.</summary>
internal sealed class RedisCertificates
{
    /// <summary>Whose certificate it is.</summary>
    public const string Subject = "CN=localhost";

    private readonly string _certificate;
    private readonly string _key;

    public RedisCertificates()
    {
        var now = DateTimeOffset.UtcNow;
        using var authorityKey = RSA.Create(2048);
        var root = RequestFor("CN=Redis authority", authorityKey);
        root.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var authority = root.CreateSelfSigned(now.AddDays(-2), now.AddDays(2));
        Authority = authority.ExportCertificatePem();

        using var key = RSA.Create(2048);
        var request = RequestFor(Subject, key);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(
            authority, now.AddDays(-1), now.AddDays(1), RandomNumberGenerator.GetBytes(8));
        _certificate = certificate.ExportCertificatePem();
        _key = key.ExportPkcs8PrivateKeyPem();
    }

    /// <summary>What a client must trust, as PEM.</summary>
    public string Authority { get; }

    /// <summary>Writes the files that Redis reads; returns the lines of its configuration that name them.</summary>
    public IReadOnlyList<string> WriteTo(string folder)
    {
        File.WriteAllText(Path.Combine(folder, "authority.pem"), Authority);
        File.WriteAllText(Path.Combine(folder, "redis.pem"), _certificate);
        File.WriteAllText(Path.Combine(folder, "redis.key"), _key);
        return
        [
            $"tls-ca-cert-file {folder}/authority.pem",
            $"tls-cert-file {folder}/redis.pem",
            $"tls-key-file {folder}/redis.key",
            "tls-auth-clients no",
            "tls-replication yes",
        ];
    }

    private static CertificateRequest RequestFor(string subject, RSA key) =>
        new(subject, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
}
