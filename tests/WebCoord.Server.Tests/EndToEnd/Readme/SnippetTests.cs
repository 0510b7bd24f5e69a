using System.Diagnostics;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Logging;

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
        await using var pages = await ServePagesAsync(folder.Path);
        var origin = pages.Urls.Single();
        await using var server = await ServerProcess.StartAsync(
            folder.Path, $"--WebCoord:Security:AllowedOrigins:0={origin}");
        await PutAsync(server.Client, "blue");

        var page = $"{origin}/watch.html?server={server.Address.GetLeftPart(UriPartial.Authority)}";
        await using var browser = new CommandLine(new ProcessStartInfo(
            "node", [Path.Combine(Clients, "show-page.mjs"), page, "#colour", ProgramPath("chromium")]));
        await browser.WaitForAsync("blue");
        await PutAsync(server.Client, "green");
        await browser.WaitForAsync("green");
        await PutAsync(server.Client, "yellow");
        await browser.WaitForAsync("yellow");
    }

    /// <summary>Serves the page, and the script beside it, from another origin than the service's.</summary>
    private static async Task<WebApplication> ServePagesAsync(string folder)
    {
        var files = Directory.CreateDirectory(Path.Combine(folder, "pages")).FullName;
        await File.WriteAllTextAsync(Path.Combine(files, "watch.html"), TextOf("html"));
        File.Copy(
            Path.Combine(Clients, "node_modules", "@microsoft", "signalr", "dist", "browser", "signalr.min.js"),
            Path.Combine(files, "signalr.min.js"));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var pages = builder.Build();
        pages.Urls.Add("http://127.0.0.1:0");
        pages.UseStaticFiles(new StaticFileOptions { FileProvider = new PhysicalFileProvider(files) });
        await pages.StartAsync();
        return pages;
    }

    private static string TextOf(string language) =>
        FencedBlock.OfReadme().Single(block => block.Language == language).Text;

    private static string ProgramPath(string program) =>
        Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator)
            .Select(folder => Path.Combine(folder, program))
            .First(File.Exists);

    private static async Task PutAsync(HttpClient client, string colour)
    {
        using var response = await client.PutAsJsonAsync(Config, new { data = colour });
        response.EnsureSuccessStatusCode();
    }
}
