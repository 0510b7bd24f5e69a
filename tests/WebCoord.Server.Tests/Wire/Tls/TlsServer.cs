using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using WebCoord.Server.Tests.EndToEnd;

namespace WebCoord.Server.Tests.Wire.Tls;

/// <summary>The real server, with and without TLS. Clients need a certificate of <see cref="Authority"/>; that of
/// <c>CN=admin,O=WebCoord</c> passes every ACL.</summary>
public sealed class TlsServer : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private ServerProcess? _server;

    internal TestAuthority Authority { get; } = new();

    internal int Port { get; } = FreePort.Next();

    internal int TlsPort { get; } = FreePort.Next();

    public async Task InitializeAsync()
    {
        using var certificate = Authority.Issue("server", TestAuthority.ForServers);
        var (server, trusted) = (Path.Combine(_folder.Path, "server.pem"), Path.Combine(_folder.Path, "trusted.pem"));
        await File.WriteAllTextAsync(server, TestAuthority.PemOf(certificate));
        await File.WriteAllTextAsync(trusted, Authority.Pem);
        _server = await ServerProcess.StartAsync(_folder.Path,
            string.Create(CultureInfo.InvariantCulture, $"--WebCoord:ZooKeeper:Port={Port}"),
            string.Create(CultureInfo.InvariantCulture, $"--WebCoord:ZooKeeper:TlsPort={TlsPort}"),
            $"--WebCoord:ZooKeeper:TlsCertificate={server}",
            $"--WebCoord:ZooKeeper:TlsTrustedCertificates={trusted}",
            "--WebCoord:ZooKeeper:SuperCertificate=CN=admin,O=WebCoord");
    }

    public async Task DisposeAsync()
    {
        await _server!.DisposeAsync();
        Authority.Dispose();
        _folder.Dispose();
    }

    internal Task<WireClient?> TryOpenAsync(X509Certificate2? certificate) =>
        TryOpenAsync(TlsPort, Authority, certificate);

    /// <summary>A client with a session, if the server takes the certificate.</summary>
    internal static async Task<WireClient?> TryOpenAsync(int port, TestAuthority authority,
        X509Certificate2? certificate)
    {
        var client = new WireClient(await ConnectAsync(port, authority, certificate));
        if (await client.HandshakeAsync(new Handshake()) is { IsValid: true })
        {
            return client;
        }

        await client.DisposeAsync();
        return null;
    }

    /// <summary>The client's half of the TLS handshake; the server may think otherwise of it afterwards.</summary>
    internal static async Task<SslStream> ConnectAsync(int port, TestAuthority authority, X509Certificate2? certificate)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, port);
        var tls = new SslStream(new NetworkStream(socket, ownsSocket: true));
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            ClientCertificates = certificate is null ? [] : [certificate],
            CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                CustomTrustStore = { X509Certificate2.CreateFromPem(authority.Pem) },
                RevocationMode = X509RevocationMode.NoCheck,
            },
        });
        return tls;
    }
}
