using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using WebCoord.Server.Tests.EndToEnd;

namespace WebCoord.Server.Tests.Wire.Tls;

/// <summary>ZooKeeper's protocol over TLS, and the scheme <c>x509</c> from the certificate to the ACL.</summary>
public sealed class TlsTests(TlsServer server) : IClassFixture<TlsServer>
{
    private const int NoAuth = -102;

    [Fact]
    public async Task A_certificate_is_an_identity_that_ACLs_can_name()
    {
        await using var alice = await OpenAsync("alice");
        await using var bob = await OpenAsync("bob");
        await using var stranger = await WireClient.OpenAsync(server.Port);
        WireAcl[] hers = [new(31, "x509", "CN=alice,O=WebCoord")];
        await alice.CallAsync(WireOp.Create, WireBody.Create("/of-alice", [1], hers));

        Assert.Equal(0, (await alice.CallAsync(WireOp.GetData, WireBody.Read("/of-alice"))).Error);
        Assert.Equal(NoAuth, (await bob.CallAsync(WireOp.GetData, WireBody.Read("/of-alice"))).Error);
        Assert.Equal(NoAuth, (await stranger.CallAsync(WireOp.GetData, WireBody.Read("/of-alice"))).Error);
        var who = (await alice.CallAsync(WireOp.WhoAmI)).Reader();
        Assert.Equal([2, "ip", "127.0.0.1", "x509", "CN=alice,O=WebCoord"],
            new object?[] { who.Int(), who.Text(), who.Text(), who.Text(), who.Text() });
    }

    [Fact]
    public async Task The_scheme_auth_stands_for_the_certificate()
    {
        await using var alice = await OpenAsync("alice");
        await alice.CallAsync(WireOp.Create, WireBody.Create("/own", [1], [new(31, "auth", "")]));
        await alice.CallAsync(WireOp.Auth, WireBody.Auth("x509", ""));

        var acl = (await alice.CallAsync(WireOp.GetAcl, WireBody.Path("/own"))).Reader();
        Assert.Equal([new WireAcl(31, "x509", "CN=alice,O=WebCoord")], acl.Acl());
        Assert.Equal(-114, (await alice.CallAsync(WireOp.Create,
            WireBody.Create("/bad", [1], [new(31, "x509", "alice")]))).Error);
    }

    [Fact]
    public async Task The_super_certificate_passes_every_ACL()
    {
        await using var alice = await OpenAsync("alice");
        await using var admin = await OpenAsync("admin");
        await alice.CallAsync(WireOp.Create,
            WireBody.Create("/private", [1], [new(31, "x509", "CN=alice,O=WebCoord")]));

        Assert.Equal(0, (await admin.CallAsync(WireOp.SetData, WireBody.SetData("/private", [2]))).Error);
        Assert.Equal(0, (await admin.CallAsync(WireOp.SetData, WireBody.SetData("/zookeeper/config", []))).Error);
    }

    [Fact]
    public async Task Who_shows_no_valid_certificate_of_a_trusted_authority_is_not_served()
    {
        using var strangers = new TestAuthority();
        using var foreign = strangers.Issue("alice", TestAuthority.ForClients);
        using var expired = server.Authority.Issue("alice", TestAuthority.ForClients, days: -1);
        using var forServers = server.Authority.Issue("alice", TestAuthority.ForServers);

        foreach (var certificate in (X509Certificate2?[])[null, foreign, expired, forServers])
        {
            Assert.Null(await server.TryOpenAsync(certificate));
        }
    }

    [Fact]
    public async Task Words_are_answered_over_TLS_too()
    {
        using var certificate = server.Authority.Issue("operator", TestAuthority.ForClients);
        await using var client = new WireClient(
            await TlsServer.ConnectAsync(server.TlsPort, server.Authority, certificate));
        await client.SendAsync("ruok"u8.ToArray());

        Assert.Equal("imok"u8.ToArray(), await client.ReceiveToEndAsync());
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"secureClientPort={server.TlsPort}\n"),
            await FourLetterWords.WordServer.AskAsync(server.Port, "conf"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Certificates_may_be_welcome_without_being_needed()
    {
        using var folder = new TemporaryFolder();
        using var authority = new TestAuthority();
        using var strangers = new TestAuthority();
        using var own = authority.Issue("server", TestAuthority.ForServers);
        var (pfx, trusted) = (Path.Combine(folder.Path, "server.pfx"), Path.Combine(folder.Path, "trusted.pem"));
        await File.WriteAllBytesAsync(pfx, own.Export(X509ContentType.Pfx, "sesame"));
        await File.WriteAllTextAsync(trusted, authority.Pem);
        var port = FreePort.Next();
        await using var welcoming = await ServerProcess.StartAsync(folder.Path,
            string.Create(CultureInfo.InvariantCulture, $"--WebCoord:ZooKeeper:TlsPort={port}"),
            $"--WebCoord:ZooKeeper:TlsCertificate={pfx}", "--WebCoord:ZooKeeper:TlsCertificatePassword=sesame",
            $"--WebCoord:ZooKeeper:TlsTrustedCertificates={trusted}", "--WebCoord:ZooKeeper:TlsClientAuth=want");
        using var certificate = authority.Issue("alice", TestAuthority.ForClients);
        using var foreign = strangers.Issue("alice", TestAuthority.ForClients);

        Assert.Contains($"ZooKeeper clients: TLS port {port};", welcoming.Output, StringComparison.Ordinal);
        await using var stranger = await TlsServer.TryOpenAsync(port, authority, null);
        Assert.Equal(1, (await stranger!.CallAsync(WireOp.WhoAmI)).Reader().Int());
        await using var alice = await TlsServer.TryOpenAsync(port, authority, certificate);
        Assert.Equal(2, (await alice!.CallAsync(WireOp.WhoAmI)).Reader().Int());
        Assert.Null(await TlsServer.TryOpenAsync(port, authority, foreign));
    }

    [Theory]
    [InlineData("TlsCertificate", "nowhere.pem")]
    [InlineData("TlsCertificate", "certificate-alone.pem")]
    [InlineData("TlsCertificate", "locked.pfx")]
    [InlineData("TlsTrustedCertificates", "empty.pem")]
    public async Task A_file_that_cannot_be_used_ends_the_start_with_a_message_alone(string key, string file)
    {
        using var folder = new TemporaryFolder();
        using var certificate = server.Authority.Issue("server", TestAuthority.ForServers);
        await WriteAsync("server.pem", TestAuthority.PemOf(certificate));
        await WriteAsync("certificate-alone.pem", certificate.ExportCertificatePem());
        await WriteAsync("empty.pem", "");
        await File.WriteAllBytesAsync(Path.Combine(folder.Path, "locked.pfx"),
            certificate.Export(X509ContentType.Pfx, "sesame"));
        var port = string.Create(CultureInfo.InvariantCulture, $"--WebCoord:ZooKeeper:TlsPort={FreePort.Next()}");

        var (exitCode, output) = await ServerProcess.RunToExitAsync(folder.Path, "--WebCoord:Log:Kind=memory", port,
            "--WebCoord:ZooKeeper:TlsCertificate=server.pem", $"--WebCoord:ZooKeeper:{key}={file}");

        Assert.Equal(1, exitCode);
        Assert.Contains($"WebCoord does not start: WebCoord:ZooKeeper:{key} is '{file}', which cannot be used: ",
            output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);

        Task WriteAsync(string name, string text) => File.WriteAllTextAsync(Path.Combine(folder.Path, name), text);
    }

    private async Task<WireClient> OpenAsync(string name)
    {
        using var certificate = server.Authority.Issue(name, TestAuthority.ForClients);
        var client = await server.TryOpenAsync(certificate);
        Assert.NotNull(client);
        return client;
    }
}
