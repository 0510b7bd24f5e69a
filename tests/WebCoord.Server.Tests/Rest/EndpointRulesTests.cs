namespace WebCoord.Server.Tests.Rest;

/// <summary>What a call does not know it refuses: a misspelt guard must not turn into none.</summary>
public sealed class EndpointRulesTests(WebCoordApplication application) : IClassFixture<WebCoordApplication>
{
    private readonly HttpClient _client = application.ClientOf();

    [Theory]
    [InlineData("DELETE", "/v1/nodes/kept?verion=3", "verion")]
    [InlineData("PUT", "/v1/nodes/kept?Verison=3", "Verison")]
    [InlineData("PUT", "/v1/nodes/kept?recursive=true", "recursive")]
    [InlineData("POST", "/v1/nodes/kept/below?ttlMs=5", "ttlMs")]
    [InlineData("POST", "/v1/data/kept/below?sequential=true", "sequential")]
    [InlineData("PUT", "/v1/acl/kept?path=x", "path")]
    [InlineData("POST", "/v1/transactions?version=1", "version")]
    [InlineData("POST", "/v1/sessions?timeoutMs=1", "timeoutMs")]
    [InlineData("POST", "/v1/sync?wait=1s", "wait")]
    [InlineData("PUT", "/v1/settings?version=1", "version")]
    [InlineData("GET", "/v1/nodes/kept?wiat=30s", "wiat")]
    [InlineData("GET", "/v1/children/kept?limt=3", "limt")]
    [InlineData("GET", "/v1/tree/kept?recursive=true", "recursive")]
    [InlineData("GET", "/v1/sessions/0x1?id=5", "id")]
    [InlineData("GET", "/v1/cluster?=", "")]
    public async Task A_query_parameter_that_the_call_does_not_know_is_refused_by_name(string method, string target,
        string parameter)
    {
        await _client.PutTextAsync("/kept", "x");

        var response = await _client.SendAsync(new HttpMethod(method), target, method == "GET" ? null : "{}");

        var problem = await response.ProblemAsync(400, "bad-arguments");
        var sentence = problem.GetProperty("errors").GetProperty(parameter)[0].GetString();
        Assert.Contains("consistency", sentence, StringComparison.Ordinal);
        Assert.Equal(200, (int)(await _client.GetAsync("/v1/nodes/kept")).StatusCode);
    }

    [Fact]
    public async Task The_refusal_of_a_parameter_lists_those_that_are_known()
    {
        var response = await _client.DeleteAsync("/v1/nodes/kept?verion=3");

        var problem = await response.ProblemAsync(400, "bad-arguments");
        Assert.Contains("consistency, recursive, version", problem.Text("detail"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PUT", "/v1/nodes/guarded", "WebCoord-Fence", "/lock;token=5")]
    [InlineData("PUT", "/v1/nodes/guarded", "Idempotency-Key", "k")]
    [InlineData("POST", "/v1/data/guarded", "Idempotency-Key", "k")]
    [InlineData("POST", "/v1/transactions", "If-Match", "*")]
    [InlineData("POST", "/v1/transactions", "WebCoord-Fence", "/lock;token=5")]
    [InlineData("POST", "/v1/sessions", "If-None-Match", "*")]
    [InlineData("PUT", "/v1/settings", "If-Match", "\"1.1\"")]
    [InlineData("DELETE", "/v1/sessions/0x1", "If-Match", "*")]
    [InlineData("POST", "/v1/sync", "Idempotency-Key", "k")]
    public async Task A_guard_that_the_call_does_not_honour_is_refused(string method, string target, string header,
        string value)
    {
        var response = await _client.SendAsync(new HttpMethod(method), target, "{}", (header, value));

        var problem = await response.ProblemAsync(400, "bad-arguments");
        Assert.True(problem.GetProperty("errors").TryGetProperty(header, out _));
        Assert.Equal(404, (int)(await _client.GetAsync("/v1/nodes/guarded")).StatusCode);
    }

    [Fact]
    public async Task What_a_call_declares_it_takes_in_any_case_of_letters()
    {
        await _client.PutTextAsync("/declared", "x");

        Assert.Equal(412, (int)(await _client.DeleteAsync("/v1/nodes/declared?Version=7")).StatusCode);
        const string target = "/v1/nodes/declared?VERSION=0&Recursive=true&consistency=local";
        Assert.Equal(204, (int)(await _client.DeleteAsync(target))
            .StatusCode);
    }
}
