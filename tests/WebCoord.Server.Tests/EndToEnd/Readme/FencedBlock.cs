using System.Text.RegularExpressions;

namespace WebCoord.Server.Tests.EndToEnd.Readme;

/// <summary>A block of code or output in a Markdown file.</summary>
/// <param name="Language">What stands behind the opening fence, such as <c>bash</c>.</param>
internal sealed partial record FencedBlock(string Language, string Text)
{
    /// <summary>The blocks of the README, in order.</summary>
    public static IReadOnlyList<FencedBlock> OfReadme() => Of("README.md");

    /// <summary>The blocks of a page, in order.</summary>
    /// <param name="path">From the root of the repository.</param>
    public static IReadOnlyList<FencedBlock> Of(params string[] path) =>
        [.. Fence().Matches(File.ReadAllText(Repository.PathOf(path)))
            .Select(match => new FencedBlock(match.Groups["language"].Value, match.Groups["text"].Value))];

    [GeneratedRegex("^```(?<language>[a-z]+)\n(?<text>.*?)^```$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Fence();
}
