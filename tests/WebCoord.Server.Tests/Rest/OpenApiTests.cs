using System.Text.Json.Nodes;
using WebCoord.Server.Tests.EndToEnd;

namespace WebCoord.Server.Tests.Rest;

public sealed class OpenApiTests(MemoryServer server) : IClassFixture<MemoryServer>
{
    private static readonly string CheckedIn = Repository.PathOf("docs", "openapi.json");

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
                if (path.Contains("{path}", StringComparison.Ordinal))
                {
                    Assert.Single(operation["parameters"]!.AsArray(), p => (string?)p!["name"] == "path");
                }
            }
        }

        Assert.Equal(ids.Count, ids.Distinct().Count());
        Assert.All(["getNode", "headNode", "putNode", "createNode", "deleteNode", "getData", "putData", "createData",
            "listChildren", "getTree", "getAcl", "putAcl", "commitTransaction", "openSession", "getSession",
            "touchSession", "closeSession", "listSessions", "getCluster", "sync", "getSettings", "putSettings"],
            id => Assert.Contains(id, ids));
    }

    [Fact]
    public async Task The_page_for_people_is_there() =>
        Assert.Contains("swagger-ui", await server.Client.GetStringAsync("/swagger/index.html"),
            StringComparison.Ordinal);

    private static void AssertAnswers(string id, JsonObject answers)
    {
        Assert.Contains(answers, answer => answer.Key[0] == '2');
        foreach (var (status, answer) in answers.Where(answer => answer.Key[0] is '4' or '5'))
        {
            var problem = answer!["content"]?["application/problem+json"];
            Assert.True(problem is not null, $"{id} {status} has no problem document");
            Assert.NotNull(problem["schema"]);
            Assert.NotNull(problem["example"]);
        }
    }

    private static string Normal(string json) => JsonNode.Parse(json)!.ToJsonString(
        new System.Text.Json.JsonSerializerOptions
        {
            WriteIndented = true,
            Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        }).ReplaceLineEndings("\n") + "\n";
}
