using WebCoord.Core;
using WebCoord.Server.Operations;
using WebCoord.Server.Tests.EndToEnd;

namespace WebCoord.Server.Tests.Operations;

public sealed class StartTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task One_line_says_what_listens_which_log_how_durable_and_how_much_was_loaded()
    {
        await using var server = await ServerProcess.StartAsync(_folder.Path, "--WebCoord:Log:Kind=memory");

        Assert.Matches(@"WebCoord is listening on http://127\.0\.0\.1:\d+; ZooKeeper clients: off; log: memory at .* "
            + @"\(none: .*\); loaded 4 nodes in \d+ ms", server.Output);
        Assert.Contains("nothing survives", server.Output, StringComparison.Ordinal);
        Assert.Equal(0, await server.StopAsync());
    }

    [Theory]
    [InlineData("WebCoord:Log:Kind is 'raft'", "--WebCoord:Log:Kind=raft")]
    [InlineData("The nearest one is WebCoord:Log:Kind", "--WebCoord:Log:Knd=memory")]
    [InlineData("Urls has 'nonsense'", "--Urls=nonsense")]
    [InlineData("WebCoord:Security:AllowAnonymous", "--WebCoord:Log:Kind=memory", "--Urls=http://*:0")]
    public async Task A_mistake_in_the_configuration_ends_the_start_with_a_message_alone(string message,
        params string[] arguments)
    {
        var (exitCode, output) = await ServerProcess.RunToExitAsync(_folder.Path, arguments);

        Assert.Equal(1, exitCode);
        Assert.Contains(message, output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_is_taken_ends_the_start_with_a_message_alone()
    {
        await using var first = await ServerProcess.StartAsync(_folder.Path, "--WebCoord:Log:Kind=memory");

        var (exitCode, output) = await ServerProcess.RunToExitAsync(_folder.Path, "--WebCoord:Log:Kind=memory",
            $"--Urls={first.Address}");

        Assert.Equal(1, exitCode);
        Assert.Contains("it cannot listen", output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_that_the_state_overrules_are_found_with_both_values()
    {
        var differences = StartupReport.Differences(new Settings { MaxNodes = 5, ContainerNeverUsedMs = 1 },
            new Settings { TickMs = 100 });

        Assert.Equal<(string, object?, object?)>(
            [("WebCoord:Sessions:TickMs", 500, 100), ("WebCoord:Limits:MaxNodes", 5L, 10_000_000L)], differences);
    }

    [Fact]
    public async Task Beyond_loopback_it_starts_once_somebody_has_decided_about_strangers()
    {
        await using var server = await ServerProcess.StartAsync(_folder.Path, "--WebCoord:Log:Kind=memory",
            "--Urls=http://127.0.0.1:0;http://0.0.0.0:0", "--WebCoord:Security:AllowAnonymous=false");

        Assert.Equal(System.Net.HttpStatusCode.OK, (await server.Client.GetAsync("/health/live")).StatusCode);
        Assert.Equal(System.Net.HttpStatusCode.Unauthorized, (await server.Client.GetAsync("/metrics")).StatusCode);
    }
}
