using System.Diagnostics;
using System.Globalization;
using WebCoord.Server.Tests.EndToEnd;

namespace WebCoord.Server.Tests.Wire;

/// <summary>ZooKeeper's own command line, unmodified, against a real server process.</summary>
public sealed class ZkCliTests
{
    private const string Program = "/usr/share/zookeeper/bin/zkCli.sh";

    private static readonly TimeSpan MaxWait = TimeSpan.FromMinutes(1);

    [ProgramFact("java", Program)]
    public async Task The_command_line_answers_as_with_ZooKeeper()
    {
        var script = ZkCliScript.Read();
        await using var server = await WireServerProcess.StartAsync();
        await using (var shell = Start(server))
        {
            await shell.SendAsync(string.Join('\n', script.Commands) + '\n');
            var watch = Stopwatch.StartNew();
            while (!script.IsComplete(shell.Output) && watch.Elapsed < MaxWait)
            {
                await Task.Delay(50);
            }

            script.AssertOutput(shell.Output);
            await shell.SendAsync("quit\n");
            await shell.CompleteAsync();
        }

        // What it can do with one command from its arguments, and that its ephemeral nodes are gone.
        await using var single = Start(server, "ls", "/");
        Assert.Equal(["[zookeeper]"], ZkCliScript.Answers(await single.CompleteAsync()));
    }

    /// <summary>Starts it with both of its outputs in one, so that they are in the order in which it printed.</summary>
    private static CommandLine Start(WireServerProcess server, params string[] arguments)
    {
        var address = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{server.Port}");
        var start = new ProcessStartInfo("bash",
            ["-c", "exec \"$0\" \"$@\" 2>&1", Program, "-server", address, .. arguments]);
        start.Environment["CLIENT_JVMFLAGS"] = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Duser.timezone=UTC";
        return new CommandLine(start);
    }
}
