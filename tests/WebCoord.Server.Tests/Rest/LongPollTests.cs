using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using WebCoord.Server.Pipeline;
using WebCoord.Server.Rest;

namespace WebCoord.Server.Tests.Rest;

public sealed class LongPollTests(WebCoordApplication application) : IClassFixture<WebCoordApplication>, IDisposable
{
    private readonly HttpClient _client = application.ClientOf();

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task A_change_of_the_data_ends_the_wait()
    {
        var tag = (await _client.PutTextAsync("/p", "1")).Header("ETag")!;
        var poll = await PollAsync("/v1/nodes/p", tag);
        await _client.SendAsync(HttpMethod.Post, "/v1/nodes/p/child", "{}");
        await ExpectWatchesAsync(1);
        var change = await _client.PutTextAsync("/p", "2");
        var answer = await poll;
        Assert.Equal(change.Header("ETag"), answer.Header("ETag"));
        Assert.Equal("2", (await answer.JsonAsync(200)).Text("data"));
        Assert.Equal("wait=100", answer.Header("Preference-Applied"));
        await ExpectWatchesAsync(0);
    }

    [Fact]
    public async Task A_deletion_and_a_creation_end_the_wait()
    {
        var tag = (await _client.PutTextAsync("/d", "1")).Header("ETag")!;
        var poll = await PollAsync("/v1/nodes/d", tag);
        await _client.DeleteAsync("/v1/nodes/d");
        await (await poll).ProblemAsync(404, "no-node");
        var absent = await PollAsync("/v1/nodes/d", "\"absent\"");
        await _client.PutTextAsync("/d", "again");
        await (await absent).JsonAsync(200);
    }

    [Fact]
    public async Task Children_and_ACL_have_polls_of_their_own()
    {
        await _client.PutTextAsync("/v", "1");
        var children = await PollAsync("/v1/children/v", (await _client.GetAsync("/v1/children/v")).Header("ETag")!);
        var acl = await PollAsync("/v1/acl/v", (await _client.GetAsync("/v1/acl/v")).Header("ETag")!, watches: 2);
        await _client.PutTextAsync("/v", "2");
        await ExpectWatchesAsync(2);
        await _client.PutTextAsync("/v/c", "x");
        Assert.Equal(1, (await (await children).JsonAsync(200)).GetProperty("children").GetArrayLength());
        await ExpectWatchesAsync(1);
        var change = await _client.SendAsync(HttpMethod.Put, "/v1/acl/v",
            """{"acl":[{"scheme":"world","id":"anyone","permissions":["read"]}]}""");
        var answer = await acl;
        Assert.Equal(change.Header("ETag"), answer.Header("ETag"));
        Assert.Equal("read", (await answer.JsonAsync(200)).GetProperty("acl")[0].GetProperty("permissions")[0]
            .GetString());
    }

    [Fact]
    public async Task A_deletion_ends_a_wait_for_the_ACL()
    {
        await _client.PutTextAsync("/w", "1");
        var acl = await PollAsync("/v1/acl/w", (await _client.GetAsync("/v1/acl/w")).Header("ETag")!);
        await _client.DeleteAsync("/v1/nodes/w");
        await (await acl).ProblemAsync(404, "no-node");
    }

    [Fact]
    public async Task When_the_time_is_up_nothing_has_changed()
    {
        var tag = (await _client.PutTextAsync("/t", "1")).Header("ETag")!;
        var started = Stopwatch.GetTimestamp();
        var answer = await _client.SendAsync(HttpMethod.Get, "/v1/nodes/t?wait=200ms", null, ("If-None-Match", tag));
        Assert.Equal(304, (int)answer.StatusCode);
        Assert.True(Stopwatch.GetElapsedTime(started) >= TimeSpan.FromMilliseconds(150));
        await ExpectWatchesAsync(0);
        await (await _client.SendAsync(HttpMethod.Get, "/v1/nodes/t?wait=soon", null, ("If-None-Match", tag)))
            .ProblemAsync(400, "bad-arguments");
    }

    [Fact]
    public async Task A_client_that_leaves_leaves_no_watch_behind()
    {
        var tag = (await _client.PutTextAsync("/l", "1")).Header("ETag")!;
        using var leaving = new CancellationTokenSource();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/nodes/l?wait=60s");
        request.Headers.TryAddWithoutValidation("If-None-Match", tag);
        var poll = _client.SendAsync(request, leaving.Token);
        await ExpectWatchesAsync(1);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => poll);
        await ExpectWatchesAsync(0);
    }

    [Fact]
    public async Task A_poll_in_a_session_ends_in_time_for_the_next_to_keep_it_alive()
    {
        using var quick = new WebCoordApplication().With("WebCoord:Sessions:TickMs", "100")
            .With("WebCoord:Sessions:MinTimeoutMs", "1000");
        using var client = quick.ClientOf();
        var opened = await (await client.SendAsync(HttpMethod.Post, "/v1/sessions", """{"timeoutMs":1000}"""))
            .JsonAsync(201);
        Assert.Equal(1_000, opened.GetProperty("timeoutMs").GetInt32());
        for (var i = 0; i < 4; i++)
        {
            // Without the bound the first of these would wait for a minute, and the session would be gone.
            var poll = await client.SendAsync(HttpMethod.Get, "/v1/nodes/none?wait=60s", null,
                ("If-None-Match", "\"absent\""), ("WebCoord-Session", opened.Text("token")));
            Assert.Equal(304, (int)poll.StatusCode);
        }

        await (await client.GetAsync("/v1/sessions/" + opened.Text("sessionId"))).JsonAsync(200);
    }

    [Fact]
    public async Task A_poll_whose_session_ended_says_so()
    {
        var token = await application.OpenSessionAsync();
        var poll = _client.SendAsync(HttpMethod.Get, "/v1/nodes/gone?wait=100s", null,
            ("If-None-Match", "\"absent\""), ("WebCoord-Session", token));
        await ExpectWatchesAsync(1);
        await application.CloseSessionAsync(token);
        await _client.PutTextAsync("/gone", "1");
        var problem = await (await poll).ProblemAsync(410, "session-expired");
        Assert.Equal("closed", problem.GetProperty("sessionEnd").Text("reason"));
    }

    [Fact]
    public async Task A_poll_too_many_is_refused_until_another_ends()
    {
        using var narrow = new WebCoordApplication { Replace = services => services.AddSingleton(OfOne) };
        using var client = narrow.ClientOf();
        using var leaving = new CancellationTokenSource();
        using var first = new HttpRequestMessage(HttpMethod.Get, "/v1/nodes/none?wait=100s");
        first.Headers.TryAddWithoutValidation("If-None-Match", "\"absent\"");
        var waiting = client.SendAsync(first, leaving.Token);
        await ExpectWatchesAsync(1, narrow);
        var refused = await PollBrieflyAsync();
        await refused.ProblemAsync(429, "throttled");
        Assert.NotNull(refused.Header("Retry-After"));
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await ExpectWatchesAsync(0, narrow);
        Assert.Equal(304, (int)(await PollBrieflyAsync()).StatusCode);

        Task<HttpResponseMessage> PollBrieflyAsync() => client.SendAsync(HttpMethod.Get, "/v1/nodes/none?wait=1ms",
            null, ("If-None-Match", "\"absent\""));

        static LongPolls OfOne(IServiceProvider services) => new(services.GetRequiredService<Applier>(),
            services.GetRequiredService<PipelineMetrics>(), services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<IHostApplicationLifetime>())
        {
            MaxWaiting = 1,
        };
    }

    /// <summary>Starts a poll, and comes back when it is armed.</summary>
    private async Task<Task<HttpResponseMessage>> PollAsync(string url, string tag, int watches = 1)
    {
        var poll = _client.SendAsync(HttpMethod.Get, url, null, ("If-None-Match", tag), ("Prefer", "wait=100"));
        await ExpectWatchesAsync(watches);
        return poll;
    }

    private async Task ExpectWatchesAsync(int count, WebCoordApplication? other = null)
    {
        var applier = (other ?? application).Service<Applier>();
        for (var i = 0; i < 500 && applier.WatchCount != count; i++)
        {
            await Task.Delay(20);
        }

        Assert.Equal(count, applier.WatchCount);
    }
}
