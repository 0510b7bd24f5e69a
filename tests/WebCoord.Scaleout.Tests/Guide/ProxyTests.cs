using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using WebCoord.Server.Tests.EndToEnd;
using WebCoord.Server.Tests.EndToEnd.HttpFiles;

namespace WebCoord.Scaleout.Tests.Guide;

/// <summary>The service as <c>docs/scale-out.md</c> sets it up, through its nginx: what goes through, and what must not
/// be changed on the way.</summary>
[Collection(nameof(ScaledServiceCollection))]
public sealed class ProxyTests(ScaledService service)
{
    private static readonly string[] ReadOnly = ["read"];

    public static TheoryData<string> Files => [.. HttpFileReplay.Names];

    [ProgramTheory("redis-server", "nginx")]
    [MemberData(nameof(Files))]
    public Task Every_request_of_a_file_is_answered_as_it_says_whichever_instance_gets_it(string name) =>
        new HttpFileReplay(service.Client).RunTwiceAsync(name);

    [ProgramFact("redis-server", "nginx")]
    public async Task Requests_go_to_all_instances_and_each_shows_all_of_them()
    {
        var cluster = await service.Client.GetFromJsonAsync<JsonElement>("/v1/cluster");

        Assert.Equal(["coord-1", "coord-2", "coord-3"], cluster.GetProperty("instances").EnumerateArray()
            .Select(instance => instance.GetProperty("name").GetString()).Order());
        Assert.Equal("fsync", cluster.GetProperty("log").GetProperty("durability").GetString());
    }

    [ProgramFact("redis-server", "nginx")]
    public async Task An_encoded_slash_reaches_the_service_encoded()
    {
        // Decoded on the way, the first would have a slash at its end, and the second would be the root.
        Assert.Equal(404, await StatusAsync("GET /v1/nodes/%2Fnowhere%2Fbelow"));
        Assert.Equal(200, await StatusAsync("GET /v1/nodes/%2F"));
        using var created = await service.Client.PutAsJsonAsync(
            "/v1/nodes/encoded%2Fslash%2Fn%C3%B6de%20%25?createParents=true", new { data = "x" });
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        var node = await created.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("/encoded/slash/nöde %", node.GetProperty("path").GetString());
        Assert.Equal(200, await StatusAsync("GET /v1/nodes/encoded/slash%2Fn%C3%B6de%20%25"));
    }

    [ProgramTheory("redis-server", "nginx")]
    [InlineData("GET /v1/nodes/a//b")]
    [InlineData("GET /v1/nodes/a/../b")]
    [InlineData("GET /v1/nodes/a/%2e%2e/b")]
    [InlineData("GET /v1/nodes/a/./b")]
    [InlineData("GET /v1/nodes/a/")]
    public async Task A_path_is_not_normalised_on_the_way(string request) =>
        Assert.Equal(400, await StatusAsync(request));

    [ProgramFact("redis-server", "nginx")]
    public async Task A_long_poll_on_one_instance_ends_with_a_write_on_another()
    {
        using var created = await service.Client.PutAsJsonAsync("/v1/nodes/polled", new { data = "one" });
        var polls = new List<Task<HttpResponseMessage>>();
        while (polls.Count < ScaledService.Instances)
        {
            using var poll = new HttpRequestMessage(HttpMethod.Get, "/v1/nodes/polled?wait=60s");
            poll.Headers.TryAddWithoutValidation("If-None-Match", created.Headers.ETag!.Tag);
            polls.Add(service.Client.SendAsync(poll));
        }

        await Task.Delay(200);
        Assert.DoesNotContain(polls, poll => poll.IsCompleted);
        using var changed = await service.Client.PutAsJsonAsync("/v1/nodes/polled", new { data = "two" });
        foreach (var poll in polls)
        {
            using var answer = await poll;
            Assert.Contains("\"two\"", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    [ProgramFact("redis-server", "nginx")]
    public async Task A_node_of_the_full_size_passes_in_the_longest_way_to_write_it()
    {
        var longest = new StringBuilder("{\"data\":\"").Insert(9, "\\u0001", 1_048_000).Append("\"}").ToString();
        using var content = new StringContent(longest, Encoding.UTF8, "application/json");

        using var written = await service.Client.PutAsync("/v1/nodes/full-size", content);

        Assert.Equal(HttpStatusCode.Created, written.StatusCode);
        var read = await service.Client.GetByteArrayAsync("/v1/data/full-size");
        Assert.Equal(1_048_000, read.Length);
    }

    [ProgramFact("redis-server", "nginx")]
    public async Task The_caller_is_the_client_and_not_the_proxy_or_who_it_says_it_is()
    {
        Assert.Equal(200, await StatusOfNodeForAsync("127.0.0.1", "127.0.0.1"));
        Assert.Equal(401, await StatusOfNodeForAsync("203.0.113.9", "203.0.113.9"));
    }

    [ProgramFact("redis-server", "nginx")]
    public async Task The_name_by_which_the_client_calls_reaches_the_service()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/nodes/");
        request.Headers.Host = "evil.example";

        using var response = await service.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.MisdirectedRequest, response.StatusCode);
    }

    [ProgramFact("redis-server", "nginx")]
    public async Task A_client_with_the_zxid_it_has_seen_never_sees_an_older_state()
    {
        for (var number = 0; number < 30; number++)
        {
            var data = number.ToString(CultureInfo.InvariantCulture);
            using var written = await service.Client.PutAsJsonAsync("/v1/nodes/seen", new { data });
            var zxid = written.Headers.GetValues("WebCoord-Zxid").Single();
            using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/data/seen?consistency=local");
            request.Headers.Add("WebCoord-Min-Zxid", zxid);
            using var read = await service.Client.SendAsync(request);
            Assert.Equal(data, await read.Content.ReadAsStringAsync());
        }
    }

    private async Task<int> StatusOfNodeForAsync(string reader, string forwarded)
    {
        using var created = await service.Client.PostAsJsonAsync("/v1/nodes/guarded-", new
        {
            mode = "persistentSequential",
            acl = new[] { new { scheme = "ip", id = reader, permissions = ReadOnly } },
        });
        var node = await created.Content.ReadFromJsonAsync<JsonElement>();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/nodes" + node.GetProperty("path").GetString());
        request.Headers.Add("X-Forwarded-For", forwarded);
        using var read = await service.Client.SendAsync(request);
        return (int)read.StatusCode;
    }

    /// <summary>Sends a request target just as it is; HttpClient would tidy it up first.</summary>
    private async Task<int> StatusAsync(string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, service.Address.Port);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"{request} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
        using var reader = new StreamReader(stream);
        var status = await reader.ReadLineAsync();
        return int.Parse(status!.Split(' ')[1], CultureInfo.InvariantCulture);
    }
}
