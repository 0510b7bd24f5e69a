using System.Text.RegularExpressions;
using WebCoord.Server.Tests.EndToEnd.Readme;

namespace WebCoord.Scaleout.Tests.Guide;

/// <summary>What <c>docs/scale-out.md</c> tells its readers to run.</summary>
internal static partial class ScaleOutPage
{
    private static readonly IReadOnlyList<FencedBlock> Blocks = FencedBlock.Of("docs", "scale-out.md");

    public static string StartRedis => Bash("redis-server ");

    /// <summary>Starts the instance whose number is <c>$i</c>.</summary>
    public static string StartInstance => InstanceLoop().Match(Bash("WebCoord.Server.dll")) is { Success: true } loop
        ? loop.Groups["command"].Value
        : throw new InvalidOperationException("The page has no loop that starts three instances.");

    public static string StartNginx => Bash("nginx -p ");

    /// <summary>The page for a browser.</summary>
    public static string WatchingPage => Blocks.Single(block => block.Language == "html").Text;

    private static string Bash(string part) => Blocks.Single(block =>
        block.Language == "bash" && block.Text.Contains(part, StringComparison.Ordinal)).Text;

    [GeneratedRegex(@"^for i in 1 2 3; do\n(?<command>.*?) &\ndone$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex InstanceLoop();
}
