using System.Globalization;
using System.Net.WebSockets;
using System.Text.Json;
using WebCoord.Core.Commands;
using WebCoord.Core.Tree;
using WebCoord.Server.SignalR;

namespace WebCoord.Server.Tests.SignalR;

public sealed class HubDataTests
{
    [Fact]
    public async Task A_node_is_created_read_set_listed_and_deleted()
    {
        await using var server = await HubServer.StartAsync();
        await using var client = await server.ConnectAsync();

        var created = await client.CallAsync("CreateNode", new { path = "/a/b", data = "one", createParents = true });
        Assert.Equal("/a/b", created.GetProperty("path").GetString());
        var read = await client.CallAsync("GetNode", new { path = "/a/b" });
        Assert.Equal("one", read.GetProperty("data").GetString());
        Assert.Equal("utf8", read.GetProperty("encoding").GetString());
        Assert.Equal(created.GetProperty("etag").GetString(), read.GetProperty("etag").GetString());
        var set = await client.CallAsync("PutNode",
            new { path = "/a/b", data = "AP8=", encoding = "base64", etag = read.GetProperty("etag").GetString() });
        Assert.Equal(1, set.GetProperty("stat").GetProperty("version").GetInt32());
        var list = await client.CallAsync("GetChildren", new { path = "/a", include = "stat,data", limit = 1 });
        var child = Assert.Single(list.GetProperty("children").EnumerateArray());
        Assert.Equal("AP8=", child.GetProperty("data").GetString());
        Assert.Equal(JsonValueKind.Null, list.GetProperty("next").ValueKind);
        var deleted = await client.CallAsync("DeleteNode", new { path = "/a", recursive = true });
        Assert.Equal(server.Applier.State.LastZxid.ToString(), deleted.GetProperty("zxid").GetString());
        var synced = await client.CallAsync("Sync", new { });
        Assert.Equal(deleted.GetProperty("zxid").GetString(), synced.GetProperty("zxid").GetString());
    }

    [Fact]
    public async Task A_transaction_happens_wholly_or_not_at_all()
    {
        await using var server = await HubServer.StartAsync();
        await using var client = await server.ConnectAsync();

        object[] good = [new { op = "create", path = "/t", data = "x" }, new { op = "create", path = "/t/u" }];
        var done = await client.CallAsync("Transact", new { operations = good });
        Assert.Equal(2, done.GetProperty("results").GetArrayLength());
        object[] bad = [new { op = "delete", path = "/t/u" }, new { op = "check", path = "/t", version = 7 }];
        var problem = await client.CallForProblemAsync("Transact", new { operations = bad });
        Assert.Equal("bad-version", problem.GetProperty("code").GetString());
        Assert.Equal(["rolled-back", "bad-version"],
            problem.GetProperty("results").EnumerateArray().Select(one => one.GetProperty("code").GetString()));
        await client.CallAsync("GetNode", new { path = "/t/u" });
    }

    [Fact]
    public async Task Writes_sent_without_waiting_keep_their_order()
    {
        await using var server = await HubServer.StartAsync();
        await using var client = await server.ConnectAsync();

        var calls = new List<Task<Arrival>>();
        for (var i = 0; i < 200; i++)
        {
            calls.Add(await client.BeginCallAsync("CreateNode",
                new { path = $"/n{i}-", mode = "persistentSequential" }));
        }

        var paths = new List<string>();
        foreach (var call in calls)
        {
            paths.Add((await call).Body.GetProperty("path").GetString()!);
        }

        Assert.Equal(Enumerable.Range(0, 200).Select(i => $"/n{i}-{i + 1:D10}").ToArray(), Shifted(paths));
    }

    [Fact]
    public async Task A_call_that_waits_for_a_zxid_holds_up_no_read_and_keeps_the_order_of_writes()
    {
        await using var server = await HubServer.StartAsync();
        await using var client = await server.ConnectAsync();
        await client.CallAsync("PutNode", new { path = "/w", data = "0" });
        // So far ahead that what the service writes by itself does not get there.
        const int ahead = 50;
        var future = new Core.Zxid(server.Applier.State.LastZxid.Value + ahead).ToString();

        var waiting = await client.BeginCallAsync("PutNode", new { path = "/w", data = "1", minZxid = future });
        var after = await client.BeginCallAsync("PutNode", new { path = "/w", data = "2" });
        var read = await client.CallAsync("GetNode", new { path = "/w" });
        Assert.Equal("0", read.GetProperty("data").GetString());
        Assert.False(waiting.IsCompleted);
        for (var written = 0; written < ahead; written++)
        {
            await server.PutAsync("/other", "x");
        }

        var first = (await waiting).Body.GetProperty("stat").GetProperty("version").GetInt32();
        var second = (await after).Body.GetProperty("stat").GetProperty("version").GetInt32();
        Assert.Equal((1, 2), (first, second));
    }

    [Fact]
    public async Task A_node_of_the_full_size_passes_in_either_encoding_and_a_larger_one_is_refused()
    {
        await using var server = await HubServer.StartAsync("--WebCoord:Limits:MaxDataBytes=100000");
        await using var client = await server.ConnectAsync();
        var text = new string('\u0001', 100_000);

        await client.CallAsync("CreateNode", new { path = "/text", data = text });
        Assert.Equal(text, (await client.CallAsync("GetNode", new { path = "/text" })).GetProperty("data").GetString());
        var base64 = Convert.ToBase64String(new byte[100_001]);
        var problem = await client.CallForProblemAsync("PutNode",
            new { path = "/text", data = base64, encoding = "base64" });
        Assert.Equal("too-large", problem.GetProperty("code").GetString());
    }

    [Fact]
    public async Task Calls_beyond_those_that_may_be_under_way_are_throttled_at_once()
    {
        await using var server = await HubServer.StartAsync();
        await using var client = await server.ConnectAsync();
        var minZxid = new Core.Zxid(server.Applier.State.LastZxid.Value + 1_000).ToString();

        var calls = new List<Task<Arrival>>();
        for (var i = 0; i < HubConnection.MaxCalls; i++)
        {
            calls.Add(await client.BeginCallAsync("GetNode", new { path = "/", minZxid }));
        }

        var problem = await client.CallForProblemAsync("Sync", new { });
        Assert.Equal("throttled", problem.GetProperty("code").GetString());
        foreach (var call in calls)
        {
            Assert.Equal("replica-behind", (await Assert.ThrowsAsync<HubCallException>(() => call)).Code);
        }

        await client.CallAsync("Sync", new { });
    }

    [Fact]
    public async Task A_WebSocket_of_a_foreign_origin_is_refused()
    {
        await using var server = await HubServer.StartAsync();

        var refusal = await Assert.ThrowsAsync<WebSocketException>(() => HubClient.ConnectAsync(server.Address,
            options => options.SetRequestHeader("Origin", "http://foreign.example")));

        Assert.Contains("403", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(0, server.Connections.Count);
    }

    [Fact]
    public async Task A_message_that_no_call_can_need_ends_the_connection()
    {
        await using var server = await HubServer.StartAsync();
        await using var client = await server.ConnectAsync();

        // The server may hang up before all is sent.
        var failure = await Assert.ThrowsAnyAsync<Exception>(async () =>
            await await client.BeginCallAsync("PutNode", new { path = "/x", data = new string('x', 20_000_000) }));
        Assert.True(failure is IOException or WebSocketException, failure.ToString());
        Assert.NotNull(await client.Closed);
    }

    [Theory]
    [InlineData("GetNode", """{}""", "path")]
    [InlineData("GetNode", """{"path":"a"}""", "path")]
    [InlineData("GetNode", """{"path":7}""", "path")]
    [InlineData("GetNode", """{"path":"/","colour":"red"}""", "colour")]
    [InlineData("GetNode", """{"path":"/","path":"/a"}""", "path")]
    [InlineData("GetNode", """{"path":"/","consistency":"casual"}""", "consistency")]
    [InlineData("GetNode", """{"path":"/","minZxid":"-1"}""", "minZxid")]
    [InlineData("GetNode", """{"path":"/","encoding":"hex"}""", "encoding")]
    [InlineData("GetChildren", """{"path":"/","limit":0}""", "limit")]
    [InlineData("GetChildren", """{"path":"/","include":"colour"}""", "include")]
    [InlineData("CreateNode", """{"path":"/a//b"}""", "path")]
    [InlineData("CreateNode", """{"path":"/a","mode":"eternal"}""", "mode")]
    [InlineData("CreateNode", """{"path":"/a","mode":"ephemeral"}""", "mode")]
    [InlineData("CreateNode", """{"path":"/a","data":"?","encoding":"base64"}""", "data")]
    [InlineData("CreateNode", """{"path":"/a","requestId":"r1"}""", "requestId")]
    [InlineData("PutNode", """{"path":"/a","version":1,"etag":"\"1.1\""}""", "etag")]
    [InlineData("PutNode", """{"path":"/a","etag":"soon"}""", "etag")]
    [InlineData("DeleteNode", """{"recursive":true}""", "path")]
    [InlineData("Transact", """{}""", "operations")]
    [InlineData("Transact", """{"operations":[{"op":"create"}]}""", "operations[0].path")]
    [InlineData("Transact", """{"operations":[{"op":"check","path":"/","colour":1}]}""", "operations[0].colour")]
    [InlineData("Watch", """{"path":"/","kind":"data","mode":"once"}""", "watchId")]
    [InlineData("Watch", """{"watchId":"","path":"/","kind":"data","mode":"once"}""", "watchId")]
    [InlineData("Watch", """{"watchId":"w","path":"/","kind":"acl","mode":"once"}""", "kind")]
    [InlineData("Watch", """{"watchId":"w","path":"/","kind":"data"}""", "mode")]
    [InlineData("Watch", """{"watchId":"w","path":"/","kind":"data","mode":"recursive"}""", "mode")]
    [InlineData("Watch", """{"watchId":"w","path":"/","kind":"data","mode":"once","since":"1"}""", "since")]
    [InlineData("Unwatch", """{}""", "watchId")]
    [InlineData("Unwatch", """{"watchId":"w","minZxid":"x"}""", "minZxid")]
    [InlineData("ListWatches", """{"consistency":"casual"}""", "consistency")]
    [InlineData("CloseSession", """{"minZxid":"x"}""", "minZxid")]
    [InlineData("OpenSession", """{"timeoutMs":5000,"consistency":"casual"}""", "consistency")]
    [InlineData("OpenSession", """{}""", "timeoutMs")]
    [InlineData("OpenSession", """{"timeoutMs":0}""", "timeoutMs")]
    [InlineData("OpenSession", """{"timeoutMs":5000,"token":"t"}""", "token")]
    [InlineData("OpenSession", """{"timeoutMs":5000,"lastZxid":"x"}""", "lastZxid")]
    public async Task Bad_arguments_name_the_field(string method, string arguments, string field)
    {
        await using var server = await HubServer.StartAsync();
        await using var client = await server.ConnectAsync();

        var problem = await client.CallForProblemAsync(method, new RawJson(arguments));

        Assert.Equal("bad-arguments", problem.GetProperty("code").GetString());
        Assert.Equal(400, problem.GetProperty("status").GetInt32());
        Assert.True(problem.GetProperty("errors").TryGetProperty(field, out _), problem.ToString());
        Assert.DoesNotContain("System.", problem.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_that_fits_no_method_ends_in_a_problem_and_harms_nothing()
    {
        await using var server = await HubServer.StartAsync();
        await using var client = await server.ConnectAsync();

        object?[][] misfits = [[], [new { }, new { }], [null], ["text"], [7], [Array.Empty<int>()]];
        foreach (var arguments in misfits)
        {
            var problem = await client.CallForProblemAsync("GetNode", arguments);
            Assert.Equal("bad-arguments", problem.GetProperty("code").GetString());
        }

        foreach (var method in new[] { "MakeCoffee", "Make{Coffee}" })
        {
            var unknown = await client.CallForProblemAsync(method, new { });
            Assert.Contains(method, unknown.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }

        foreach (var type in new[] { """1,"streamIds":["s"]""", "4" })
        {
            var streamed = await Assert.ThrowsAsync<HubCallException>(() => client.CallRawAsync(
                $$"""{"type":{{type}},"invocationId":"s{{type[0]}}","target":"GetNode","arguments":[{"path":"/"}]}"""));
            Assert.Equal("bad-arguments", streamed.Code);
        }

        await client.CallAsync("Sync", new { });
    }

    [Fact]
    public async Task Failures_of_the_state_tell_code_status_and_current_version()
    {
        await using var server = await HubServer.StartAsync();
        await using var client = await server.ConnectAsync();
        await client.CallAsync("CreateNode", new { path = "/f", data = "x" });
        await server.SubmitAsync(new Command.Create("/secret", null, CreateMode.Persistent,
            new Acl([new AclEntry(Permissions.All, "digest", "a:b")])));

        await Expect("CreateNode", new { path = "/f" }, "node-exists", 409);
        await Expect("PutNode", new { path = "/f", etag = "\"absent\"" }, "node-exists", 412);
        await Expect("GetNode", new { path = "/g" }, "no-node", 404);
        await Expect("GetNode", new { path = "/secret" }, "no-auth", 401);
        await Expect("GetNode", new { path = "/f", minZxid = "9000000000000" }, "replica-behind", 503);
        var stale = await Expect("PutNode", new { path = "/f", version = 3 }, "bad-version", 412);
        Assert.Equal(0, stale.GetProperty("current").GetProperty("version").GetInt32());
        Assert.Equal("not-applied", stale.GetProperty("outcome").GetString());

        async Task<JsonElement> Expect(string method, object arguments, string code, int status)
        {
            var problem = await client.CallForProblemAsync(method, arguments);
            Assert.Equal((code, status),
                (problem.GetProperty("code").GetString(), problem.GetProperty("status").GetInt32()));
            return problem;
        }
    }

    /// <summary>Sequential suffixes count all children of the root, so only their order matters.</summary>
    private static string[] Shifted(List<string> paths)
    {
        var first = SuffixOf(paths[0]);
        return [.. paths.Select(path => $"{path[..^10]}{SuffixOf(path) - first + 1:D10}")];
    }
    private static int SuffixOf(string path) => int.Parse(path[^10..], CultureInfo.InvariantCulture);
}
