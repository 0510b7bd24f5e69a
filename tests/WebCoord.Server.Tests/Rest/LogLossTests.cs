using WebCoord.TransactionLog;

namespace WebCoord.Server.Tests.Rest;

/// <summary>A log that is lost, and one that is not there yet.</summary>
public sealed class LogLossTests
{
    private const string Loss = "/v1/log/loss";

    [Fact]
    public async Task A_loss_is_told_and_the_super_user_decides_how_to_go_on()
    {
        await using var application = new SharedLogApplication();
        using var stranger = application.ClientOf();
        using var named = application.ClientOf("alice:x");
        using var super = application.ClientOf("super:test");
        await (await super.PutTextAsync("/a", "x")).JsonAsync(201);
        application.Log.CutOff("the log is empty", isLost: true);

        Assert.Equal("not-applied", (await (await super.PutTextAsync("/a", "y")).ProblemAsync(503, "log-lost"))
            .Text("outcome"));
        await (await super.GetAsync("/v1/nodes/a")).ProblemAsync(503, "log-lost");
        var stale = await super.GetAsync("/v1/nodes/a?consistency=local");
        Assert.Equal("x", (await stale.JsonAsync(200)).Text("data"));
        Assert.NotNull(stale.Header("WebCoord-Stale"));
        var ready = await (await stranger.GetAsync("/health/ready")).ProblemAsync(503, "log-lost");
        Assert.Contains("log-lost", ready.Text("detail"), StringComparison.Ordinal);

        await (await DecideAsync(stranger, new { keep = "state" })).ProblemAsync(401, "no-auth");
        var refused = await (await DecideAsync(named, new { keep = "state" })).ProblemAsync(403, "no-auth");
        Assert.Equal("not-applied", refused.Text("outcome"));
        await (await DecideAsync(super, new { keep = "both" })).ProblemAsync(400, "bad-arguments");
        await (await DecideAsync(super, new { })).ProblemAsync(400, "bad-arguments");
        Assert.Null(application.Log.Accepted);

        var accepted = await (await DecideAsync(super, new { keep = "state" })).JsonAsync(200);
        Assert.Equal("state", accepted.Text("keep"));
        Assert.Equal(LossAcceptance.KeepState, application.Log.Accepted);
        await SharedLogApplication.UntilAsync(200, () => super.PutTextAsync("/a", "y"));
        Assert.Equal("Healthy", await super.GetStringAsync("/health/ready"));
    }

    [Fact]
    public async Task Of_a_log_that_is_not_lost_no_loss_is_accepted()
    {
        await using var application = new SharedLogApplication();
        using var super = application.ClientOf("super:test");
        var problem = await (await DecideAsync(super, new { keep = "log" })).ProblemAsync(409, "log-not-lost");
        Assert.Equal("not-applied", problem.Text("outcome"));
    }

    [Fact]
    public async Task Until_the_log_is_loaded_everything_is_refused_and_then_served()
    {
        await using var application = new SharedLogApplication();
        application.Log.CutOff("nobody answers at the address of the log");
        using var client = application.CreateClient();
        foreach (var url in (string[])["/v1/nodes", "/v1/cluster?consistency=local", "/v1/settings",
            "/hubs/coordination/negotiate?negotiateVersion=1"])
        {
            var method = url.StartsWith("/hubs", StringComparison.Ordinal) ? HttpMethod.Post : HttpMethod.Get;
            var refused = await client.SendAsync(method, url);
            Assert.Equal("1", refused.Header("Retry-After"));
            var problem = await refused.ProblemAsync(503, "log-unavailable");
            Assert.Contains("not loaded the log yet", problem.Text("detail"), StringComparison.Ordinal);
            Assert.Contains("nobody answers", problem.Text("detail"), StringComparison.Ordinal);
        }

        var write = await (await client.PutTextAsync("/a", "x")).ProblemAsync(503, "log-unavailable");
        Assert.Equal("not-applied", write.Text("outcome"));
        var ready = await (await client.GetAsync("/health/ready")).ProblemAsync(503, "log-unavailable");
        Assert.Contains("loading", ready.Text("detail"), StringComparison.Ordinal);
        Assert.Equal(200, (int)(await client.GetAsync("/health/live")).StatusCode);
        Assert.Equal(200, (int)(await client.GetAsync("/problems/log-lost")).StatusCode);
        Assert.Equal(200, (int)(await client.GetAsync("/metrics")).StatusCode);

        application.Log.Reconnect();
        await SharedLogApplication.UntilAsync(201, () => client.PutTextAsync("/a", "x"));
        await SharedLogApplication.UntilAsync(200, () => client.GetAsync("/health/ready"));
    }

    private static Task<HttpResponseMessage> DecideAsync(HttpClient client, object decision) =>
        client.SendAsync(HttpMethod.Post, Loss, decision);
}
