using System.Globalization;
using System.Text.Json.Nodes;
using WebCoord.Server.Tests.EndToEnd;

namespace WebCoord.Server.Tests.Rest;

public sealed class OpenApiTests(MemoryServer server) : IClassFixture<MemoryServer>
{
    private static readonly string CheckedIn = Repository.PathOf("docs", "openapi.json");

    /// <summary>Headers that a success has only if there is something to tell.</summary>
    private static readonly string[] Occasional =
    [
        "Preference-Applied", "WebCoord-Data-Null", "WebCoord-Stale", "WebCoord-Stat-Ephemeral-Owner",
        "WebCoord-Stat-Ttl-Ms",
    ];

    [Fact]
    public async Task The_checked_in_document_is_the_one_that_is_served()
    {
        var served = Normal(await server.Client.GetStringAsync("/swagger/v1/swagger.json"));
        if (Environment.GetEnvironmentVariable("REWRITE") == "1")
        {
            await File.WriteAllTextAsync(CheckedIn, served);
        }

        var checkedIn = File.Exists(CheckedIn) ? await File.ReadAllTextAsync(CheckedIn) : "";
        Assert.True(served == checkedIn,
            "docs/openapi.json differs from what the server serves. If the change is meant, run this test with "
            + "REWRITE=1 and look at the difference.");
    }

    [Fact]
    public async Task Every_operation_has_an_id_a_summary_declared_answers_and_examples()
    {
        var document = JsonNode.Parse(await server.Client.GetStringAsync("/swagger/v1/swagger.json"))!;
        var ids = new List<string>();
        foreach (var (path, methods) in document["paths"]!.AsObject())
        {
            foreach (var (_, operation) in methods!.AsObject())
            {
                var id = (string?)operation!["operationId"];
                ids.Add(id!);
                Assert.Matches("^[a-z][A-Za-z]+$", id);
                Assert.False(string.IsNullOrWhiteSpace((string?)operation["summary"]), id);
                AssertAnswers(id!, operation["responses"]!.AsObject());
                Assert.All(["421", "500"], status => Assert.NotNull(operation["responses"]![status]));
                Assert.Equal(operation["requestBody"] is not null, operation["responses"]!["408"] is not null);
                if (path.Contains("{path}", StringComparison.Ordinal))
                {
                    Assert.Single(operation["parameters"]!.AsArray(), p => (string?)p!["name"] == "path");
                }
            }
        }

        Assert.Equal(ids.Count, ids.Distinct().Count());
        Assert.All(["getNode", "headNode", "putNode", "createNode", "deleteNode", "getData", "putData", "createData",
            "listChildren", "getTree", "getAcl", "putAcl", "commitTransaction", "openSession", "getSession",
            "touchSession", "closeSession", "listSessions", "getCluster", "sync", "acceptLogLoss", "getSettings",
            "putSettings"], id => Assert.Contains(id, ids));
    }

    /// <summary>Each row one call; together they give every operation a real answer.</summary>
    [Fact]
    public async Task Answers_have_the_headers_that_are_declared()
    {
        var declared = Operations(JsonNode.Parse(await server.Client.GetStringAsync("/swagger/v1/swagger.json"))!);
        var opened = await CallAsync("openSession", HttpMethod.Post, "/v1/sessions", """{"timeoutMs":30000}""");
        var session = "/v1/sessions/" + (string)opened["sessionId"]!;
        var token = ("WebCoord-Session", (string)opened["token"]!);
        await CallAsync("listSessions", HttpMethod.Get, "/v1/sessions");
        await CallAsync("getSession", HttpMethod.Get, session);
        await CallAsync("touchSession", HttpMethod.Post, session + "/heartbeat", null, token);
        await CallAsync("createNode", HttpMethod.Post, "/v1/nodes/h/one", """{"createParents":true}""");
        await CallAsync("putNode", HttpMethod.Put, "/v1/nodes/h/two", """{"data":"x"}""");
        await CallAsync("putNode", HttpMethod.Put, "/v1/nodes/h/two", """{"data":"y"}""");
        await CallAsync("putNode", HttpMethod.Put, "/v1/nodes/h/two", "{}", ("If-Match", "\"1.0\""));
        await CallAsync("createData", HttpMethod.Post, "/v1/data/h/three?mode=ephemeral", "x", token);
        await CallAsync("putData", HttpMethod.Put, "/v1/data/h/two", "z");
        await CallAsync("getNode", HttpMethod.Get, "/v1/nodes/h/two");
        await CallAsync("getNode", HttpMethod.Get, "/v1/nodes/none");
        await CallAsync("getNode", HttpMethod.Get, "/v1/nodes/none", null, ("If-None-Match", "\"absent\""),
            ("Prefer", "wait=0"));
        await CallAsync("headNode", HttpMethod.Head, "/v1/nodes/h/three");
        await CallAsync("getData", HttpMethod.Get, "/v1/data/h/three");
        await CallAsync("getData", HttpMethod.Get, "/v1/data/h/one");
        await CallAsync("listChildren", HttpMethod.Get, "/v1/children/h?limit=1");
        await CallAsync("getTree", HttpMethod.Get, "/v1/tree/h");
        await CallAsync("getAcl", HttpMethod.Get, "/v1/acl/h");
        await CallAsync("putAcl", HttpMethod.Put, "/v1/acl/h/two",
            """{"acl":[{"scheme":"world","id":"anyone","permissions":["write"]}]}""");
        await CallAsync("getNode", HttpMethod.Get, "/v1/nodes/h/two");
        await CallAsync("commitTransaction", HttpMethod.Post, "/v1/transactions",
            """{"operations":[{"op":"check","path":"/h"}]}""");
        await CallAsync("deleteNode", HttpMethod.Delete, "/v1/nodes/h/two");
        await CallAsync("getCluster", HttpMethod.Get, "/v1/cluster");
        await CallAsync("sync", HttpMethod.Post, "/v1/sync");
        await CallAsync("acceptLogLoss", HttpMethod.Post, "/v1/log/loss", """{"keep":"state"}""",
            ("Authorization", MemoryServer.Super.ToString()));
        var settings = await CallAsync("getSettings", HttpMethod.Get, "/v1/settings");
        await CallAsync("putSettings", HttpMethod.Put, "/v1/settings", settings.ToJsonString());
        await CallAsync("putSettings", HttpMethod.Put, "/v1/settings", settings.ToJsonString(),
            ("Authorization", MemoryServer.Super.ToString()));
        await CallAsync("closeSession", HttpMethod.Delete, session, null, token);
        Assert.Empty(declared.Where(operation => !operation.Value.Called).Select(operation => operation.Key));

        async Task<JsonNode> CallAsync(string id, HttpMethod method, string url, string? body = null,
            params (string Name, string Value)[] headers)
        {
            var response = await server.SendAsync(method, url, body, headers);
            declared[id] = declared[id] with { Called = true };
            AssertHeaders($"{id} {(int)response.StatusCode}", declared[id].Answers, response);
            var text = await response.Content.ReadAsStringAsync();
            return text.StartsWith('{') ? JsonNode.Parse(text)! : new JsonObject();
        }
    }

    [Fact]
    public async Task The_page_for_people_is_there() =>
        Assert.Contains("swagger-ui", await server.Client.GetStringAsync("/swagger/index.html"),
            StringComparison.Ordinal);

    private static void AssertAnswers(string id, JsonObject answers)
    {
        Assert.Contains(answers, answer => answer.Key[0] == '2');
        Assert.All(answers.SelectMany(answer => answer.Value!["content"]?.AsObject() ?? []),
            media => Assert.True(media.Value!["example"] is not null, $"{id} has no example of {media.Key}"));
        foreach (var (status, answer) in answers.Where(answer => answer.Key[0] is '4' or '5'))
        {
            var problem = answer!["content"]?["application/problem+json"];
            Assert.True(problem is not null, $"{id} {status} has no problem document");
            Assert.NotNull(problem["schema"]);
            Assert.NotNull(problem["example"]);
        }
    }

    private static void AssertHeaders(string what, JsonObject answers, HttpResponseMessage response)
    {
        var status = ((int)response.StatusCode).ToString(CultureInfo.InvariantCulture);
        Assert.True(answers[status] is not null, what + " is not declared");
        var declared = answers[status]!["headers"]!.AsObject().Select(header => header.Key).ToList();
        var sent = response.Headers.Concat(response.Content.Headers).Select(header => header.Key)
            .Where(IsOfTheContract).ToList();
        Assert.True(!sent.Except(declared).Any(), $"{what} sends {string.Join(", ", sent.Except(declared))}");
        var missing = declared.Except(sent).Except(Occasional).ToList();
        Assert.True(!response.IsSuccessStatusCode || missing.Count == 0, $"{what} lacks {string.Join(", ", missing)}");
    }

    private static bool IsOfTheContract(string header) =>
        header.StartsWith("WebCoord-", StringComparison.Ordinal) || header is "ETag" or "Location" or "Link"
            or "Retry-After" or "WWW-Authenticate" or "Preference-Applied";

    private static Dictionary<string, (JsonObject Answers, bool Called)> Operations(JsonNode document) =>
        document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject()).ToDictionary(
            operation => (string)operation.Value!["operationId"]!,
            operation => (operation.Value!["responses"]!.AsObject(), false));

    private static string Normal(string json) => JsonNode.Parse(json)!.ToJsonString(
        new System.Text.Json.JsonSerializerOptions
        {
            WriteIndented = true,
            Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        }).ReplaceLineEndings("\n") + "\n";
}
