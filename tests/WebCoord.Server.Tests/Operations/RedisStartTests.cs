using System.Globalization;
using System.Net;
using WebCoord.Server.Tests.EndToEnd;
using WebCoord.Server.Tests.Rest;
using WebCoord.TransactionLog.Tests.Redis;

namespace WebCoord.Server.Tests.Operations;

/// <summary>What a person is told who starts the server on a Redis that is not there yet, or not as it must be.
/// </summary>
public sealed class RedisStartTests : IDisposable
{
    private const string Head = "{webcoord}:head";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [ProgramFact(RedisServer.Program)]
    public async Task A_Redis_that_comes_late_is_waited_for_and_the_output_says_so()
    {
        await using var redis = await RedisServer.StartAsync();
        await redis.KillAsync();
        var address = string.Create(CultureInfo.InvariantCulture, $"--Urls=http://127.0.0.1:{FreePort.Next()}");
        await using var server = await ServerProcess.StartAliveAsync(_folder.Path,
            [address, .. Arguments(redis.Endpoint)]);
        await server.SaysAsync("The log does not answer");
        Assert.Contains(redis.Endpoint, server.Output, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await server.Client.GetAsync("/health/ready")).StatusCode);

        await redis.RestartAsync();
        await SharedLogApplication.UntilAsync(200, () => server.Client.GetAsync("/health/ready"));
        await server.SaysAsync("The log answers again");
        await server.SaysAsync("WebCoord is listening on");
        Assert.DoesNotContain("   at ", server.Output, StringComparison.Ordinal);
    }

    [ProgramFact(RedisServer.Program)]
    public async Task A_wrong_password_is_told_in_one_line_that_names_the_fix()
    {
        await using var redis = await RedisServer.StartAsync(new RedisSetup { Password = "secret" });
        var line = await RefusedAsync($"{redis.Endpoint},password=guess", "requirepass");
        Assert.DoesNotContain("guess", line, StringComparison.Ordinal);
    }

    [ProgramTheory(RedisServer.Program)]
    [InlineData("CONFIG SET maxmemory-policy noeviction", "CONFIG SET maxmemory-policy allkeys-lru")]
    [InlineData("CONFIG SET appendonly yes", "CONFIG SET appendonly no")]
    [InlineData("WebCoord:Log:Redis:Prefix", "SET " + Head + " theirs")]
    public async Task A_Redis_that_is_not_as_it_must_be_is_refused_in_one_line_that_names_the_fix(string fix,
        string command)
    {
        await using var redis = await RedisServer.StartAsync();
        await redis.AskAsync(command.Split(' '));
        await RefusedAsync(redis.Configuration, fix);
    }

    [ProgramFact(RedisServer.Program)]
    public async Task A_log_of_a_newer_version_is_refused_in_one_line_and_left_as_it_is()
    {
        await using var redis = await RedisServer.StartAsync();
        await using (await ServerProcess.StartAsync(_folder.Path, Arguments(redis.Configuration)))
        {
            // It makes the log.
        }

        await redis.AskAsync("HSET", Head, "format", "9");
        var before = (await redis.AskAsync("DUMP", Head)).Text;
        await RefusedAsync(redis.Configuration, "pgrade first");
        Assert.Equal(before, (await redis.AskAsync("DUMP", Head)).Text);
    }

    private static string[] Arguments(string configuration) =>
        ["--WebCoord:Log:Kind=redis", $"--WebCoord:Log:Redis:Configuration={configuration}"];

    /// <summary>The server ends with an error and says one thing: what is wrong, and what to do.</summary>
    private async Task<string> RefusedAsync(string configuration, string fix)
    {
        var (exitCode, output) = await ServerProcess.RunToExitAsync(_folder.Path, Arguments(configuration));
        Assert.Equal(1, exitCode);
        var line = Assert.Single(output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("WebCoord does not start: ", line, StringComparison.Ordinal);
        Assert.Contains(fix, line, StringComparison.Ordinal);
        return line;
    }
}
