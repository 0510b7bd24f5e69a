using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Logging;

namespace WebCoord.Server.Tests.EndToEnd.Readme;

/// <summary>Serves a page, with the script of SignalR beside it, from another origin than the service's.</summary>
internal sealed class PageServer : IAsyncDisposable
{
    private static readonly string Clients = Repository.PathOf("tests", "clients", "readme");

    private readonly WebApplication _pages;

    private PageServer(WebApplication pages) => _pages = pages;

    public string Origin => _pages.Urls.Single();

    /// <param name="folder">Where the files of the page may be put.</param>
    /// <param name="port">0 for any.</param>
    public static async Task<PageServer> StartAsync(string folder, string html, int port = 0)
    {
        var files = Directory.CreateDirectory(Path.Combine(folder, "pages")).FullName;
        await File.WriteAllTextAsync(Path.Combine(files, "watch.html"), html);
        File.Copy(
            Path.Combine(Clients, "node_modules", "@microsoft", "signalr", "dist", "browser", "signalr.min.js"),
            Path.Combine(files, "signalr.min.js"));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var pages = builder.Build();
        pages.Urls.Add(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"));
        pages.UseStaticFiles(new StaticFileOptions { FileProvider = new PhysicalFileProvider(files) });
        await pages.StartAsync();
        return new PageServer(pages);
    }

    /// <summary>Opens the page in Chromium, which prints the text of one element whenever it changes.</summary>
    /// <param name="service">The service that the page is to talk to.</param>
    public CommandLine Show(Uri service, string selector)
    {
        var page = $"{Origin}/watch.html?server={service.GetLeftPart(UriPartial.Authority)}";
        return new CommandLine(new ProcessStartInfo(
            "node", [Path.Combine(Clients, "show-page.mjs"), page, selector, ProgramPath("chromium")]));
    }

    public ValueTask DisposeAsync() => _pages.DisposeAsync();

    private static string ProgramPath(string program) =>
        Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator)
            .Select(folder => Path.Combine(folder, program))
            .First(File.Exists);
}
