using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using WebCoord.Server.Pipeline;
using WebCoord.Server.Tests.Pipeline;
using WebCoord.Server.Tests.Rest;
using WebCoord.TransactionLog;

namespace WebCoord.Server.Tests.Operations;

/// <summary>What clients and operators are told while the log takes no writes.</summary>
public sealed class UnavailableLogTests
{
    [Fact]
    public async Task While_the_log_is_unavailable_the_instance_is_not_ready_and_vouches_for_no_session()
    {
        var log = GatedLog.InMemory();
        await using var application = new WebCoordApplication();
        await using var gated = application.WithWebHostBuilder(builder => builder.ConfigureTestServices(services =>
            services.AddSingleton<ITransactionLog>(provider =>
            {
                log.Incarnation = provider.GetRequiredService<LocalInstance>().Id;
                return log;
            })));
        using var client = gated.CreateClient();
        var session = await (await client.SendAsync(HttpMethod.Post, "/v1/sessions", new { timeoutMs = 2_000 }))
            .JsonAsync(201);
        var heartbeat = $"/v1/sessions/{session.Text("sessionId")}/heartbeat";
        Assert.Equal("Healthy", await client.GetStringAsync("/health/ready"));

        log.FailWith(new LogUnavailableException("/secret/path: No space left on device", outcomeKnown: true));
        await (await client.PutTextAsync("/lost", "x")).ProblemAsync(503, "log-unavailable");

        var ready = await (await client.GetAsync("/health/ready")).ProblemAsync(503, "log-unavailable");
        Assert.DoesNotContain("secret", ready.GetRawText(), StringComparison.Ordinal);
        var silent = await UntilAsync(503, TouchAsync);
        var problem = await silent.ProblemAsync(503, "log-unavailable");
        Assert.Equal("not-applied", problem.Text("outcome"));
        Assert.NotNull(silent.Header("Retry-After"));
        Assert.NotNull(silent.Header("WebCoord-Durability"));

        log.FailWith(null);
        await UntilAsync(200, () => client.GetAsync("/health/ready"));
        await UntilAsync(200, TouchAsync);

        Task<HttpResponseMessage> TouchAsync() => client.SendAsync(HttpMethod.Post, heartbeat, null,
            ("WebCoord-Session", session.Text("token")));
    }

    [Fact]
    public async Task Without_leave_for_anonymous_callers_only_health_and_problem_pages_are_open()
    {
        await using var application = new WebCoordApplication().With("WebCoord:Security:AllowAnonymous", "false");
        using var stranger = application.ClientOf();

        await (await stranger.GetAsync("/v1/cluster")).ProblemAsync(401, "auth-failed");
        var write = await (await stranger.PutTextAsync("/kept-out", "x")).ProblemAsync(401, "auth-failed");
        Assert.Equal("not-applied", write.Text("outcome"));
        Assert.Equal(401, (int)(await stranger.GetAsync("/metrics")).StatusCode);
        foreach (var url in (string[])["/health/live", "/health/ready", "/problems"])
        {
            Assert.Equal(200, (int)(await stranger.GetAsync(url)).StatusCode);
        }

        using var named = application.ClientOf("any:password");
        Assert.Equal(404, (int)(await named.GetAsync("/v1/nodes/kept-out")).StatusCode);
    }

    private static async Task<HttpResponseMessage> UntilAsync(int status, Func<Task<HttpResponseMessage>> call)
    {
        for (var i = 0; ; i++)
        {
            var response = await call();
            if ((int)response.StatusCode == status)
            {
                return response;
            }

            Assert.True(i < 600, $"{response.StatusCode} instead of {status} for half a minute");
            await Task.Delay(50);
        }
    }
}
