using System.Globalization;
using System.Text.RegularExpressions;
using WebCoord.Server.Tests.EndToEnd;

namespace WebCoord.Server.Tests;

public sealed partial class ConfigurationPageTests
{
    [Fact]
    public void The_page_lists_every_key_with_its_default_and_no_other()
    {
        var listed = Row().Matches(File.ReadAllText(Repository.PathOf("docs", "configuration.md")))
            .ToDictionary(row => row.Groups["key"].Value, row => row.Groups["default"].Value, StringComparer.Ordinal);

        var known = WebCoordOptionsKeys.All.ToDictionary(key => key.Name, DefaultOf, StringComparer.Ordinal);
        Assert.Equal(known.OrderBy(key => key.Key, StringComparer.Ordinal),
            listed.OrderBy(key => key.Key, StringComparer.Ordinal));
    }

    private static string DefaultOf(WebCoordOptionsKey key) => key switch
    {
        { IsList: true } or { Default: null } => "none",
        { Default: bool value } => value ? "`true`" : "`false`",
        _ => $"`{Convert.ToString(key.Default, CultureInfo.InvariantCulture)}`",
    };

    [GeneratedRegex(@"^\| `(?<key>WebCoord:[\w:]+)` \| (?<default>[^|]+) \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
