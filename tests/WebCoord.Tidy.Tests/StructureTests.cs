using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace WebCoord.Tidy.Tests;

public sealed partial class StructureTests
{
    private static readonly string[] TopLevel =
    [
        "src", "tests", "http", "docs", "appsettings.json", "Dockerfile", "WebCoord.sln", "README.md", "LICENSE",
    ];

    private static readonly string[] FrontEnds = ["Rest", "SignalR", "Wire"];

    [Fact]
    public void The_top_level_holds_only_what_belongs_there() => Repository.AssertNone(
        from entry in Directory.EnumerateFileSystemEntries(Repository.Root).Select(entry => Path.GetFileName(entry))
        where !TopLevel.Contains(entry, StringComparer.Ordinal)
        where !entry.StartsWith('.') && !entry.StartsWith("Directory.", StringComparison.Ordinal)
        where !Repository.IsLeaving(entry)
        select $"{entry} does not belong at the top level");

    [Theory]
    [InlineData("WebCoord.Core")]
    [InlineData("WebCoord.TransactionLog", "WebCoord.Core")]
    [InlineData("WebCoord.Server", "WebCoord.Core", "WebCoord.TransactionLog")]
    public void Projects_depend_in_one_direction(string project, params string[] allowed)
    {
        var file = XDocument.Parse(Repository.Text($"src/{project}/{project}.csproj"));
        Repository.AssertNone(
            from reference in file.Descendants("ProjectReference")
            let name = Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/'))
            where !allowed.Contains(name, StringComparer.Ordinal)
            select $"{project} must not reference {name}");
    }

    [Fact]
    public void The_core_has_no_packages_but_analyzers() => Repository.AssertNone(
        from reference in XDocument.Parse(Repository.Text("src/WebCoord.Core/WebCoord.Core.csproj"))
            .Descendants("PackageReference")
        where reference.Attribute("PrivateAssets")?.Value != "all"
        select $"WebCoord.Core must not use {reference.Attribute("Include")?.Value}");

    [Theory]
    [InlineData("Rest")]
    [InlineData("SignalR")]
    [InlineData("Wire")]
    [InlineData("Pipeline")]
    [InlineData("Contract")]
    [InlineData("Security")]
    public void No_part_of_the_server_uses_a_front_end_of_another(string folder) => Repository.AssertNone(
        from file in Repository.CSharp($"src/WebCoord.Server/{folder}")
        from Match match in FrontEnd().Matches(Repository.Text(file))
        let used = match.Groups["name"].Value
        where used != folder && FrontEnds.Contains(used, StringComparer.Ordinal)
        select $"{file} uses {match.Value.Trim()}; only {used} itself and Program.cs may");

    /// <summary>The namespace of a front end, whole or as seen from beside it; not SignalR of ASP.NET Core.</summary>
    [GeneratedRegex(@"(WebCoord\.Server\.|(?<![\w./`""]))(?<name>Rest|SignalR|Wire)(\.[A-Z]|;)")]
    private static partial Regex FrontEnd();
}
