using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using WebCoord.Server.Tests.EndToEnd;
using WebCoord.Server.Tests.EndToEnd.Readme;

namespace WebCoord.Scaleout.Tests.Guide;

/// <summary>Clients of the hub, through nginx, that go on while the processes behind it are killed and started again.
/// </summary>
[Collection(nameof(ScaledServiceCollection))]
public sealed partial class SurvivalTests(ScaledService service)
{
    private const string Page = "tests/clients/readme/node_modules";
    private const string Hub = "tests/clients/hub/node_modules";

    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(60);

    [ProgramFact("redis-server", "nginx", "node", Hub)]
    public async Task The_SignalR_client_works_through_the_proxy()
    {
        await using var node = RunHubScript("node.test.js");

        AssertAllPassed(await node.CompleteAsync());
    }

    [ProgramFact("redis-server", "nginx", "node", Hub)]
    public async Task A_session_and_its_watches_outlive_the_instance_that_served_them()
    {
        await using var node = RunHubScript("cluster.test.js");
        await node.WaitForAsync("kill coord-");
        var instance = int.Parse(Killed().Match(node.Output).Groups["number"].Value, CultureInfo.InvariantCulture);
        await service.KillInstanceAsync(instance);

        AssertAllPassed(await node.CompleteAsync());
        await service.StartInstanceAsync(instance);
    }

    [ProgramFact("redis-server", "nginx", "node", "chromium", Page)]
    public async Task A_page_gets_its_events_while_instances_and_Redis_are_killed_and_started_again()
    {
        using var folder = new TemporaryFolder();
        await using var pages = await PageServer.StartAsync(folder.Path, ScaleOutPage.WatchingPage, service.PagePort);
        await PutAsync("at first");
        await using var browser = pages.Show(service.Address, "#colour");
        await browser.WaitForAsync("at first");
        await PutAndSeeAsync(browser, "with all");

        for (var instance = 1; instance <= ScaledService.Instances; instance++)
        {
            await service.KillInstanceAsync(instance);
            await PutAndSeeAsync(browser, $"without instance {instance}");
            await service.StartInstanceAsync(instance);
        }

        await service.KillRedisAsync();
        service.StartRedis();
        await PutAndSeeAsync(browser, "after Redis was killed");
        await service.UntilAllReadyAsync();

        await service.KillInstanceAsync(2);
        await service.KillRedisAsync();
        service.StartRedis();
        await service.StartInstanceAsync(2);
        await PutAndSeeAsync(browser, "after both were killed");
        await service.UntilAllReadyAsync();
    }

    private static void AssertAllPassed(string output)
    {
        // A script that registers no test, or skips it, ends well too.
        Assert.Matches("pass [1-9]", output);
        Assert.Matches("skipped 0", output);
    }

    private async Task PutAndSeeAsync(CommandLine browser, string text)
    {
        await PutAsync(text);
        await browser.WaitForAsync(text);
    }

    /// <summary>Writes until it has worked; who is killed meanwhile answers nothing.</summary>
    private async Task PutAsync(string data)
    {
        for (var watch = Stopwatch.StartNew(); ; await Task.Delay(50))
        {
            using var response = await service.Client.PutAsJsonAsync(
                "/v1/nodes/app/config?createParents=true", new { data });
            if (response.IsSuccessStatusCode)
            {
                return;
            }

            Assert.True(watch.Elapsed < MaxWait, $"{await response.Content.ReadAsStringAsync()}\n{service.Output}");
        }
    }

    private CommandLine RunHubScript(string script)
    {
        var start = new ProcessStartInfo("node", ["--test", "--test-reporter=tap", script])
        {
            WorkingDirectory = Repository.PathOf("tests", "clients", "hub"),
        };
        start.Environment["WEBCOORD_ADDRESS"] = service.Address.ToString();
        start.Environment["WEBCOORD_BALANCED"] = "1";
        return new CommandLine(start);
    }

    [GeneratedRegex(@"kill coord-(?<number>\d)")]
    private static partial Regex Killed();
}
