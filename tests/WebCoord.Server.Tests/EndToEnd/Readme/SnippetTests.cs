using System.Diagnostics;
using System.Net.Http.Json;

namespace WebCoord.Server.Tests.EndToEnd.Readme;

/// <summary>The watch snippets of the README, run as they stand there.</summary>
public sealed class SnippetTests
{
    private const string Installed = "tests/clients/readme/node_modules";
    private const string Config = "/v1/nodes/app/config?createParents=true";

    private static readonly string Clients = Repository.PathOf("tests", "clients", "readme");

    [ProgramFact("node", Installed)]
    public async Task The_Node_snippet_is_told_of_a_change()
    {
        using var folder = new TemporaryFolder();
        await using var server = await ServerProcess.StartAsync(folder.Path);
        await PutAsync(server.Client, "blue");
        // Beside the installed packages, where Node looks for them.
        var snippet = Path.Combine(Directory.CreateDirectory(Path.Combine(Clients, "generated")).FullName, "watch.mjs");
        await File.WriteAllTextAsync(snippet, TextOf("js"));

        await using var node = new CommandLine(new ProcessStartInfo(
            "node", [snippet, server.Address.GetLeftPart(UriPartial.Authority)]));
        await node.WaitForAsync("watching a node");
        await PutAsync(server.Client, "green");

        Assert.Contains("config: /app/config was dataChanged", await node.CompleteAsync(), StringComparison.Ordinal);
    }

    [ProgramFact("node", "chromium", Installed)]
    public async Task The_page_shows_every_change()
    {
        using var folder = new TemporaryFolder();
        await using var pages = await PageServer.StartAsync(folder.Path, TextOf("html"));
        var origin = pages.Origin;
        await using var server = await ServerProcess.StartAsync(
            folder.Path, $"--WebCoord:Security:AllowedOrigins:0={origin}");
        await PutAsync(server.Client, "blue");

        await using var browser = pages.Show(server.Address, "#colour");
        await browser.WaitForAsync("blue");
        await PutAsync(server.Client, "green");
        await browser.WaitForAsync("green");
        await PutAsync(server.Client, "yellow");
        await browser.WaitForAsync("yellow");
    }

    private static string TextOf(string language) =>
        FencedBlock.OfReadme().Single(block => block.Language == language).Text;

    private static async Task PutAsync(HttpClient client, string colour)
    {
        using var response = await client.PutAsJsonAsync(Config, new { data = colour });
        response.EnsureSuccessStatusCode();
    }
}
