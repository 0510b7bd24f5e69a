using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using System.Text;

namespace WebCoord.Server.Tests.EndToEnd.Readme;

/// <summary>Every command of the README, run as it stands there, against a running server.</summary>
public sealed class CommandTests
{
    private const string StartCommand = "dotnet run -c Release --project src/WebCoord.Server";
    private const string TestCommand = "tests/run.sh";

    private static readonly List<FencedBlock> Blocks = [.. FencedBlock.OfReadme()];

    [Fact]
    public async Task The_command_that_starts_the_service_starts_it()
    {
        Assert.Contains(Blocks, block => block.Language == "bash" && block.Text.Trim() == StartCommand);
        using var folder = new TemporaryFolder();
        var start = new ProcessStartInfo("bash", ["-c", StartCommand])
        {
            WorkingDirectory = Repository.Root,
            Environment =
            {
                ["Urls"] = "http://127.0.0.1:0",
                ["WebCoord__Log__Sqlite__Path"] = Path.Combine(folder.Path, "webcoord.db"),
                ["MSBUILDDISABLENODEREUSE"] = "1",
            },
        };
        await using var service = new CommandLine(start);
        // It may have to be built first.
        await service.WaitForAsync("istening on", minutes: 5);
        Assert.True(File.Exists(Path.Combine(folder.Path, "webcoord.db")));
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void The_test_command_is_there_and_can_be_run()
    {
        Assert.Contains(Blocks, block => block.Language == "bash" && block.Text.Trim() == TestCommand);
        Assert.True(File.GetUnixFileMode(Repository.PathOf("tests", "run.sh")).HasFlag(UnixFileMode.UserExecute));
        Assert.Contains(TestCommand, File.ReadAllText(Repository.PathOf(".ci", "run")), StringComparison.Ordinal);
    }

    [ProgramFact("curl", "bash")]
    public async Task The_tour_goes_as_it_is_told()
    {
        using var folder = new TemporaryFolder();
        await using var server = await ServerProcess.StartAsync(folder.Path);
        var script = new StringBuilder("set -euo pipefail\n");
        var steps = Enumerable.Range(0, Blocks.Count)
            .Where(index => Blocks[index].Text.Contains("curl ", StringComparison.Ordinal))
            .ToList();
        Assert.NotEmpty(steps);
        foreach (var step in steps)
        {
            Assert.Equal("bash", Blocks[step].Language);
            script.Append(Blocks[step].Text).Append('\n').Append(EndOf(step)).Append('\n');
        }

        script.Replace("localhost:5080", server.Address.Authority);
        await using var bash = new CommandLine(new ProcessStartInfo("bash", ["-c", script.ToString()]));
        var output = await bash.CompleteAsync();
        foreach (var step in steps)
        {
            var end = output.IndexOf($"end of step {step}", StringComparison.Ordinal);
            AssertPrinted(Blocks[step + 1], output[..end]);
            output = output[end..];
        }
    }

    private static string EndOf(int step) =>
        string.Create(CultureInfo.InvariantCulture, $"echo; echo end of step {step}");

    /// <summary>The lines of the block must be in the output, in order; <c>…</c> stands for anything.</summary>
    private static void AssertPrinted(FencedBlock expected, string output)
    {
        Assert.Equal("text", expected.Language);
        var position = 0;
        foreach (var piece in expected.Text.Split(['\n', '…'], StringSplitOptions.RemoveEmptyEntries))
        {
            var found = output.IndexOf(piece, position, StringComparison.Ordinal);
            Assert.True(found >= 0, $"'{piece}' does not come, or not in its place, in:\n{output}");
            position = found + piece.Length;
        }
    }
}
