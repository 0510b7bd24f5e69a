using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace WebCoord.Server.Tests.Wire.Tls;

/// <summary>A certificate authority that lasts as long as a test.</summary>
internal sealed class TestAuthority : IDisposable
{
    public const string ForServers = "1.3.6.1.5.5.7.3.1";
    public const string ForClients = "1.3.6.1.5.5.7.3.2";

    private readonly X509Certificate2 _certificate = MakeRoot();

    /// <summary>What trusts it is given.</summary>
    public string Pem => _certificate.ExportCertificatePem();

    /// <summary>A certificate with its key; it ends in that many days, which may be in the past.</summary>
    public X509Certificate2 Issue(X500DistinguishedName subject, string use, int days = 1)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(use)], critical: false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        var now = DateTimeOffset.UtcNow;
        using var certificate = request.Create(
            _certificate, now.AddDays(-30), now.AddDays(days), RandomNumberGenerator.GetBytes(8));
        return certificate.CopyWithPrivateKey(key);
    }

    /// <summary>A certificate for <c>CN=name,O=WebCoord</c>.</summary>
    public X509Certificate2 Issue(string name, string use, int days = 1) => Issue(NameOf(name), use, days);

    public void Dispose() => _certificate.Dispose();

    /// <summary>The key without a password, then the certificate.</summary>
    public static string PemOf(X509Certificate2 certificate) =>
        certificate.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem() + "\n" + certificate.ExportCertificatePem();

    private static X500DistinguishedName NameOf(string name)
    {
        var builder = new X500DistinguishedNameBuilder();
        builder.AddCommonName(name);
        builder.AddOrganizationName("WebCoord");
        return builder.Build();
    }

    private static X509Certificate2 MakeRoot()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest(
            NameOf("Authority"), key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var now = DateTimeOffset.UtcNow;
        return request.CreateSelfSigned(now.AddDays(-60), now.AddDays(60));
    }
}
