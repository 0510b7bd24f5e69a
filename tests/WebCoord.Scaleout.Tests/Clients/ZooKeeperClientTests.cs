using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using WebCoord.Scaleout.Tests.Cluster;
using WebCoord.Scaleout.Tests.Together;
using WebCoord.Server.Tests.EndToEnd;
using WebCoord.Server.Tests.Wire;

namespace WebCoord.Scaleout.Tests.Clients;

/// <summary>ZooKeeper's clients, unchanged, with three instances in their connection strings. What they do is in
/// <c>tests/clients</c>.</summary>
[Collection(TogetherCollection.Name)]
public sealed partial class ZooKeeperClientTests(SharedCluster shared)
{
    private const string Python = "/usr/bin/python3";
    private const string Kazoo = "/usr/lib/python3/dist-packages/kazoo";
    private const string Curator = "/usr/share/java/curator-recipes.jar";
    private const string Logging = "/usr/share/java/slf4j-simple.jar";
    private const string ZkCli = "/usr/share/zookeeper/bin/zkCli.sh";

    private static readonly TimeSpan MaxWait = TimeSpan.FromMinutes(1);
    private static readonly string KazooFolder = Repository.PathOf("tests", "clients", "kazoo");
    private static readonly string JavaFolder = Repository.PathOf("tests", "clients", "java");

    [ProgramFact("redis-server", Python, Kazoo)]
    public async Task Kazoo_works_on_three_instances_and_moves_between_them()
    {
        var cluster = await shared.TakeAsync();
        await using var control = new ProxyControl(PortsOf(cluster));
        var start = new ProcessStartInfo(Python, ["-B", Path.Combine(KazooFolder, "run.py"), "cluster"]);
        start.Environment["PYTHONPATH"] = Path.Combine(KazooFolder, "cluster");
        start.Environment["WEBCOORD_WIRE_PORT"] = Text(cluster[0].ZooKeeperPort);
        start.Environment["WEBCOORD_WIRE_PORTS"] = string.Join(',', PortsOf(cluster));
        start.Environment["WEBCOORD_CONTROL_PORT"] = Text(control.Port);
        await using var python = new CommandLine(start);

        var output = await python.CompleteAsync();

        var results = output.Split('\n').Where(line => line.StartsWith("{\"check\":", StringComparison.Ordinal))
            .Select(line => JsonElement.Parse(line)).ToArray();
        var declared = Check().Count(await File.ReadAllTextAsync(Path.Combine(KazooFolder, "cluster", "cluster.py")));
        Assert.NotEqual(0, declared);
        Assert.Equal(declared, results.Length);
        Assert.All(results, result => Assert.True(result.GetProperty("problem").ValueKind == JsonValueKind.Null,
            $"{result}\n{cluster.Describe()}"));
        shared.GiveBack();
    }

    [ProgramFact("redis-server", "java", "javac", Curator, Logging)]
    public async Task Curator_works_on_three_instances_and_moves_between_them()
    {
        var cluster = await shared.TakeAsync();
        using var classes = new TemporaryFolder();
        var own = Directory.GetFiles(Path.Combine(JavaFolder, "cluster"), "*.java");
        await RunAsync("javac", ["-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC", "-Xlint:all,-try,-path", "-Werror",
            "-encoding", "UTF-8", "-cp", Curator, "-sourcepath", JavaFolder, "-d", classes.Path, .. own]);

        var output = await RunAsync("java", ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=off", "-cp", $"{Curator}:{Logging}:{classes.Path}", "ClusterMain",
            .. PortsOf(cluster).Select(Text)]);

        var report = new CheckReport(output);
        foreach (var check in CheckReport.Declared(own, Addition()))
        {
            report.AssertPassed(check);
        }

        shared.GiveBack();
    }

    [ProgramFact("redis-server", "java", ZkCli)]
    public async Task The_command_line_is_told_of_what_another_does_on_another_instance()
    {
        var cluster = await shared.TakeAsync();
        var node = shared.NextFolder();
        await using var one = StartShell(PortsOf(cluster)[0]);
        await using var other = StartShell(PortsOf(cluster)[1], PortsOf(cluster)[2]);

        await one.SendAsync($"create {node} first\nget -w {node}\n");
        await one.WaitForAsync("\nfirst\n");
        await other.SendAsync($"sync {node}\nset {node} second\nget {node}\ncreate -e {node}/e\n");
        await other.WaitForAsync("\nsecond\n");
        await one.WaitForAsync($"type:NodeDataChanged path:{node}\n");
        await one.SendAsync($"get {node}\n");
        await one.WaitForAsync("\nsecond\n");

        await other.WaitForAsync($"Created {node}/e");
        await one.SendAsync($"sync {node}\nls -w {node}\n");
        await one.WaitForAsync("[e]");
        await other.SendAsync("quit\n");
        await one.WaitForAsync($"type:NodeChildrenChanged path:{node}\n");
        await one.SendAsync("quit\n");
        await one.CompleteAsync();
        await other.CompleteAsync();
        shared.GiveBack();
    }

    [ProgramFact("redis-server", "java", ZkCli)]
    public async Task The_command_line_keeps_its_session_and_its_watches_while_it_is_moved_between_instances()
    {
        var cluster = await shared.TakeAsync();
        var node = shared.NextFolder();
        var ways = PortsOf(cluster).Select(port => new TcpProxy(port)).ToArray();
        ways[1].Cut();
        ways[2].Cut();
        await using var shell = StartShell([.. ways.Select(way => way.Port)]);

        // What is typed before that fails with the first connection that does.
        await shell.WaitForAsync("state:SyncConnected");
        await shell.SendAsync($"create {node} 0\ncreate -e {node}/mine x\nget -w {node}\n");
        await shell.WaitForAsync($"Created {node}/mine");
        await shell.WaitForAsync("\n0\n");

        for (var instance = 1; instance <= 3; instance++)
        {
            // Nothing but the next instance can be reached from here on.
            ways[instance % 3].Resume();
            ways[instance - 1].Cut();
            var data = new StringContent(Text(instance));
            using var written = await cluster[instance % 3].Client.PutAsync($"v1/data{node}", data);
            Assert.Equal(HttpStatusCode.OK, written.StatusCode);
            await WaitForAsync(shell, $"type:NodeDataChanged path:{node}\n", instance);
            await shell.SendAsync($"get -w {node}\nls {node}\n");
            await shell.WaitForAsync($"\n{Text(instance)}\n");
            await WaitForAsync(shell, "[mine]", instance);
        }

        Assert.DoesNotContain("state:Expired", shell.Output, StringComparison.Ordinal);
        await shell.SendAsync("quit\n");
        await shell.CompleteAsync();
        foreach (var way in ways)
        {
            await way.DisposeAsync();
        }

        shared.GiveBack();
    }

    private static int[] PortsOf(ServerCluster cluster) =>
        [.. cluster.Instances.Select(instance => instance.ZooKeeperPort)];

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>With both of its outputs in one, so that they are in the order in which it printed.</summary>
    private static CommandLine StartShell(params int[] ports)
    {
        var servers = string.Join(',', ports.Select(port => $"127.0.0.1:{Text(port)}"));
        var start = new ProcessStartInfo("bash", ["-c", "exec \"$0\" \"$@\" 2>&1", ZkCli, "-server", servers]);
        start.Environment["CLIENT_JVMFLAGS"] = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Duser.timezone=UTC";
        return new CommandLine(start);
    }

    /// <summary>Waits until it has printed a text so many times.</summary>
    private static async Task WaitForAsync(CommandLine shell, string text, int times)
    {
        for (var watch = Stopwatch.StartNew(); shell.Output.Split(text).Length <= times; await Task.Delay(20))
        {
            Assert.True(watch.Elapsed < MaxWait && !shell.HasExited, shell.Output);
        }
    }

    private static async Task<string> RunAsync(string program, string[] arguments)
    {
        await using var command = new CommandLine(new ProcessStartInfo(program, arguments));
        return await command.CompleteAsync();
    }

    [GeneratedRegex(@"^    def test_\w+\(self\):$", RegexOptions.Multiline)]
    private static partial Regex Check();

    [GeneratedRegex(@"suite\.add\(""(?<name>[^""]+)""")]
    private static partial Regex Addition();
}
