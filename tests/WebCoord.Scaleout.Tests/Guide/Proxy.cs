using System.Diagnostics;
using System.Globalization;
using WebCoord.Server.Tests.EndToEnd;

namespace WebCoord.Scaleout.Tests.Guide;

/// <summary>nginx with the configuration beside <c>docs/scale-out.md</c>, started as the page says; only its ports are
/// others.</summary>
internal static class Proxy
{
    /// <param name="folder">Where the configuration is written, and what nginx writes itself.</param>
    /// <param name="upstreams">The ports of the instances without their last digit, which is 1 to 3.</param>
    public static CommandLine Start(string folder, int port, int upstreams)
    {
        var configuration = Path.Combine(folder, "nginx.conf");
        File.WriteAllText(configuration, File.ReadAllText(Repository.PathOf("docs", "scale-out", "nginx.conf"))
            .Replace("127.0.0.1:508", Local(upstreams), StringComparison.Ordinal)
            .Replace("127.0.0.1:8080", Local(port), StringComparison.Ordinal));
        var command = ScaleOutPage.StartNginx
            .Replace("$PWD/docs/scale-out/nginx.conf", configuration, StringComparison.Ordinal);
        return new CommandLine(new ProcessStartInfo("bash", ["-c", command]) { WorkingDirectory = folder });
    }

    private static string Local(int port) => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");
}
