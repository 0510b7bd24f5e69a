using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Security.Cryptography.X509Certificates;
using WebCoord.Server.Tests.EndToEnd;
using WebCoord.Server.Tests.EndToEnd.Readme;
using WebCoord.Server.Tests.Wire.Tls;

namespace WebCoord.Server.Tests.Wire;

/// <summary>The Python programs of the README and of <c>docs/zookeeper.md</c>, run as they stand there.</summary>
public sealed class DocumentedPythonTests
{
    private const int NoNode = -101;
    private const int NoAuth = -102;

    [ProgramFact(KazooRun.Python, KazooRun.Kazoo)]
    public async Task The_snippet_of_the_README_prints_every_change()
    {
        using var folder = new TemporaryFolder();
        await using var server = await WireServerProcess.StartAsync();
        var client = server.Process!.Client;
        (await client.PutAsJsonAsync("/v1/nodes/my_node", new { data = "hello" })).EnsureSuccessStatusCode();
        var blocks = FencedBlock.OfReadme();
        var snippet = Assert.Single(blocks.Index(), block => block.Item.Language == "python");
        var file = Path.Combine(folder.Path, "snippet.py");
        await File.WriteAllTextAsync(file, snippet.Item.Text.Replace("2181", PortOf(server), StringComparison.Ordinal));

        await using var python = new CommandLine(new ProcessStartInfo(KazooRun.Python, ["-i", "-u", "-q", file]));
        await python.WaitForAsync(blocks[snippet.Index + 1].Text);
        (await client.PutAsJsonAsync("/v1/nodes/my_node", new { data = "again" })).EnsureSuccessStatusCode();
        await python.WaitForAsync("Data is b'again'\nVersion is 1\n");
    }

    [ProgramFact(KazooRun.Python, KazooRun.Kazoo)]
    public async Task The_first_command_of_the_page_tells_the_version_and_the_nodes()
    {
        await using var server = await WireServerProcess.StartAsync();
        var command = Page().First(block => block.Language == "bash").Text
            .Replace("python3", KazooRun.Python, StringComparison.Ordinal)
            .Replace("2181", PortOf(server), StringComparison.Ordinal);

        await using var bash = new CommandLine(new ProcessStartInfo("bash", ["-c", command]));
        Assert.Contains("(3, 9, 5) ['zookeeper']", await bash.CompleteAsync(), StringComparison.Ordinal);
    }

    [ProgramFact(KazooRun.Python, KazooRun.Kazoo)]
    public async Task Kazoo_connects_with_TLS_and_a_certificate()
    {
        using var folder = new TemporaryFolder();
        var server = new TlsServer();
        await server.InitializeAsync();
        try
        {
            using var certificate = server.Authority.Issue("client", TestAuthority.ForClients);
            await WriteAsync("authority.pem", server.Authority.Pem);
            await WriteAsync("client.pem", certificate.ExportCertificatePem());
            await WriteAsync("client.key", certificate.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem());
            var address = string.Create(CultureInfo.InvariantCulture, $"localhost:{server.TlsPort}");
            await WriteAsync("connect.py", ProgramWith("use_ssl").Text
                .Replace("coord.example:2281", address, StringComparison.Ordinal) + "print(zk.state); zk.stop()\n");

            await using var python = new CommandLine(
                new ProcessStartInfo(KazooRun.Python, ["connect.py"]) { WorkingDirectory = folder.Path });
            Assert.Contains("CONNECTED", await python.CompleteAsync(), StringComparison.Ordinal);
        }
        finally
        {
            await server.DisposeAsync();
        }

        Task WriteAsync(string name, string text) => File.WriteAllTextAsync(Path.Combine(folder.Path, name), text);
    }

    [ProgramFact(KazooRun.Python, KazooRun.Kazoo, ZooKeeperProcess.Java, ZooKeeperProcess.Jar)]
    public async Task The_tree_of_a_ZooKeeper_can_be_moved()
    {
        using var folder = new TemporaryFolder();
        await using var from = await ZooKeeperProcess.StartAsync();
        await using var to = await WireServerProcess.StartAsync(
            $"--WebCoord:ZooKeeper:SuperDigest={ZooKeeperProcess.SuperDigest}");
        await using var alive = await PlantAsync(from.Port);
        var file = Path.Combine(folder.Path, "copy_tree.py");
        await File.WriteAllTextAsync(file, ProgramWith("def copy(").Text);

        await using var python = new CommandLine(new ProcessStartInfo(KazooRun.Python,
        [
            file, string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{from.Port}"), $"127.0.0.1:{PortOf(to)}",
            ZooKeeperProcess.SuperCredential,
        ]));
        Assert.Contains("copied 10 nodes", await python.CompleteAsync(), StringComparison.Ordinal);

        await using var alice = await WireClient.OpenAsync(to.Port);
        await using var stranger = await WireClient.OpenAsync(to.Port);
        await alice.CallAsync(WireOp.Auth, WireBody.Auth("digest", "alice:secret"));
        Assert.Equal("01", await DataAsync(stranger, "/app"));
        Assert.Null(await DataAsync(stranger, "/app/null"));
        Assert.Equal("", await DataAsync(stranger, "/app/empty"));
        Assert.Equal("02", await DataAsync(stranger, "/app/deep/er"));
        Assert.Equal("03", await DataAsync(alice, "/app/secret"));
        Assert.Equal(NoAuth, (await stranger.CallAsync(WireOp.GetData, WireBody.Read("/app/secret"))).Error);
        Assert.Equal(NoNode, (await stranger.CallAsync(WireOp.Exists, WireBody.Read("/app/alive"))).Error);
        var next = await stranger.CallAsync(WireOp.Create, WireBody.Create("/app/queue/item-", [], flags: 2));
        Assert.Equal("/app/queue/item-0000000005", next.Reader().Text());
    }

    /// <summary>A tree with all that a copy can get wrong. The client keeps an ephemeral node alive.</summary>
    private static async Task<WireClient> PlantAsync(int port)
    {
        var client = await WireClient.OpenAsync(port);
        await client.CallAsync(WireOp.Auth, WireBody.Auth("digest", "alice:secret"));
        await CreateAsync("/app", [1]);
        await CreateAsync("/app/null", null);
        await CreateAsync("/app/empty", []);
        await CreateAsync("/app/deep", []);
        await CreateAsync("/app/deep/er", [2]);
        await CreateAsync("/app/secret", [3]);
        await CreateAsync("/app/secret/below", []);
        await client.CallAsync(WireOp.SetAcl, WireBody.SetAcl("/app/secret", [new(31, "auth", "")]));
        await CreateAsync("/app/queue", []);
        for (var i = 0; i < 3; i++)
        {
            await CreateAsync("/app/queue/item-", [], flags: 2);
        }

        await client.CallAsync(WireOp.Delete, WireBody.PathAndVersion("/app/queue/item-0000000000"));
        await client.CallAsync(WireOp.Delete, WireBody.PathAndVersion("/app/queue/item-0000000001"));

        // The highest number is gone, and digits at the end of a name need not be one.
        await CreateAsync("/app/queue/item-", [], flags: 2);
        await client.CallAsync(WireOp.Delete, WireBody.PathAndVersion("/app/queue/item-0000000003"));
        await CreateAsync("/app/queue/job-1700000000", []);
        await CreateAsync("/app/alive", [], flags: 1);
        return client;

        async Task CreateAsync(string path, byte[]? data, int flags = 0) =>
            Assert.Equal(0, (await client.CallAsync(WireOp.Create, WireBody.Create(path, data, flags: flags))).Error);
    }

    /// <summary>In hexadecimal digits.</summary>
    private static async Task<string?> DataAsync(WireClient client, string path)
    {
        var reply = await client.CallAsync(WireOp.GetData, WireBody.Read(path));
        Assert.Equal(0, reply.Error);
        return reply.Reader().Buffer() is { } data ? Convert.ToHexString(data) : null;
    }

    /// <summary>The one Python program of the page that has a text.</summary>
    private static FencedBlock ProgramWith(string text) => Page().Single(block =>
        block.Language == "python" && block.Text.Contains(text, StringComparison.Ordinal));

    private static IReadOnlyList<FencedBlock> Page() => FencedBlock.Of("docs", "zookeeper.md");

    private static string PortOf(WireServerProcess server) => server.Port.ToString(CultureInfo.InvariantCulture);
}
