using System.Text.RegularExpressions;

namespace WebCoord.Tidy.Tests;

public sealed partial class SourceTests
{
    private const int MaxColumns = 120;
    private const int MaxMethodLines = 70;
    private const int MaxProjectLines = 25;

    private static readonly string[] BannedFolders =
    [
        "Helpers", "Utils", "Utilities", "Common", "Shared", "Misc", "Infrastructure", "Extensions", "Services",
            "Models",
        "Interfaces", "Managers",
    ];

    [Theory]
    [InlineData("src", 400)]
    [InlineData("tests", 600)]
    public void Files_are_short(string folder, int most) => Repository.AssertNone(
        from file in Repository.CSharp(folder)
        let lines = Repository.Lines(file).Length
        where lines > most
        select $"{file} has {lines} lines; at most {most}");

    [Fact]
    public void Lines_fit_the_width() => Repository.AssertNone(
        from file in Repository.CSharp()
        from line in Repository.Lines(file).Index()
        where line.Item.Length > MaxColumns
        select $"{file}:{line.Index + 1} has {line.Item.Length} columns; at most {MaxColumns}");

    [Fact]
    public void Methods_are_short() => Repository.AssertNone(
        from file in Repository.CSharp()
        from block in LongBlocks(Repository.Lines(file))
        select $"{file}:{block.Line} is a method of {block.Length} lines; at most {MaxMethodLines}");

    [Fact]
    public void Projects_stay_small() => Repository.AssertNone(
        from file in Repository.Files
        where file.EndsWith(".csproj", StringComparison.Ordinal)
        let lines = Repository.Lines(file).Length
        where lines > MaxProjectLines
        select $"{file} has {lines} lines; at most {MaxProjectLines}");

    [Fact]
    public void No_folder_is_a_grab_bag() => Repository.AssertNone(
        from file in Repository.Files
        where Path.GetDirectoryName(file)!.Split('/', '\\').Intersect(BannedFolders, StringComparer.Ordinal).Any()
        select $"{file} is in a folder whose name says nothing; name it after what it is about");

    [Fact]
    public void No_type_has_a_name_that_says_nothing() => Repository.AssertNone(
        from file in Repository.CSharp()
        from Match match in EmptyName().Matches(Repository.Text(file))
        let name = match.Groups["name"].Value
        where name != "WatchManager"
        select $"{file}: {name} says nothing; name it after what it does");

    [Fact]
    public void Partial_types_are_for_source_generators_only() => Repository.AssertNone(
        from file in Repository.CSharp()
        let text = Repository.Text(file)
        where PartialType().IsMatch(text) && !SourceGenerator().IsMatch(text)
            && !file.EndsWith("/Program.cs", StringComparison.Ordinal)
        select $"{file} splits a type by hand; split the responsibility instead");

    [Fact]
    public void Nothing_is_left_for_later() => Repository.AssertNone(
        from file in Repository.Files
        where Path.GetExtension(file) is ".cs" or ".md" or ".sh" or ".http" or ".csproj" or ".props" or ".ts" or ".mjs"
        from line in Repository.Lines(file).Index()
        where Leftover().IsMatch(line.Item)
        select $"{file}:{line.Index + 1} puts something off: {line.Item.Trim()}");

    [Fact]
    public void Logs_are_written_by_LoggerMessage_methods() => Repository.AssertNone(
        from file in Repository.CSharp("src")
        from Match match in LooseLog().Matches(Repository.Text(file))
        select $"{file} calls {match.Value}; write a [LoggerMessage] method at the end of the class");

    /// <summary>Blocks in braces that are not the body of a type: methods, and what is inside them.</summary>
    private static IEnumerable<(int Line, int Length)> LongBlocks(string[] lines)
    {
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].Trim() != "{" || !lines[i].StartsWith(' '))
            {
                continue;
            }

            var first = i;
            while (first > 0 && lines[first - 1].Length > 0 && !EndsStatement().IsMatch(lines[first - 1]))
            {
                first--;
            }

            var end = Array.FindIndex(lines, i, line =>
                line.StartsWith(lines[i].Replace('{', '}'), StringComparison.Ordinal));
            var isType = lines[first..i].Any(line => TypeDeclaration().IsMatch(line));
            if (!isType && end - first + 1 > MaxMethodLines)
            {
                yield return (first + 1, end - first + 1);
            }
        }
    }

    [GeneratedRegex(@"[;{}]\s*$|^\s*(///|\[)")]
    private static partial Regex EndsStatement();

    [GeneratedRegex(@"^\s*((public|internal|private|protected|static|sealed|abstract|readonly|partial|ref|file)\s+)*"
        + @"(class|record|struct|interface|enum)\s")]
    private static partial Regex TypeDeclaration();

    [GeneratedRegex(@"\b(class|record|struct|interface|enum)\s+"
        + @"(?<name>\w*(Helpers?|Utils?|Utility|Utilities|Manager|Misc))\b")]
    private static partial Regex EmptyName();

    [GeneratedRegex(@"^\s*[^/\r\n""]*\bpartial\s+(class|record|struct|interface)\s", RegexOptions.Multiline)]
    private static partial Regex PartialType();

    [GeneratedRegex(@"\[(LoggerMessage|GeneratedRegex|JsonSerializable|LibraryImport)\b")]
    private static partial Regex SourceGenerator();

    [GeneratedRegex(@"\b(TO" + @"DO|FIX" + @"ME|HA" + @"CK)\b")]
    private static partial Regex Leftover();

    [GeneratedRegex(@"\.Log(Trace|Debug|Information|Warning|Error|Critical)\(|[lL]ogger\.Log\(")]
    private static partial Regex LooseLog();
}
