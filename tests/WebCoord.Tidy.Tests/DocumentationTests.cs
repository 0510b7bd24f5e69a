using System.Text.RegularExpressions;

namespace WebCoord.Tidy.Tests;

public sealed partial class DocumentationTests
{
    private static readonly string[] Pages = [.. Repository.Files.Where(file =>
        file == "README.md"
            || (file.StartsWith("docs/", StringComparison.Ordinal) && file.EndsWith(".md", StringComparison.Ordinal)))];

    [Fact]
    public void Names_in_the_documentation_are_names_in_the_sources()
    {
        var words = Repository.Files
            .Where(file =>
            Path.GetExtension(file) is ".cs" or ".ts" or ".mjs" or ".sh" or ".json" or ".csproj" or ".props")
            .SelectMany(file => Word().Matches(Repository.Text(file)).Select(match => match.Value))
            .ToHashSet(StringComparer.Ordinal);
        Repository.AssertNone(
            from page in Pages
            from Match match in PascalCase().Matches(Repository.Text(page))
            let name = match.Groups["name"].Value
            where !words.Contains(name)
            select $"{page} speaks of `{name}`, which no source knows");
    }

    /// <summary>At least two capitals and a small letter between back ticks: the name of a type or a member.</summary>
    [GeneratedRegex(@"`(?<name>(?=[A-Za-z0-9]*[a-z])[A-Z][A-Za-z0-9]*[A-Z][A-Za-z0-9]*)`")]
    private static partial Regex PascalCase();

    [GeneratedRegex(@"\w+")]
    private static partial Regex Word();
}
