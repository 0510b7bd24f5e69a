using System.Text.RegularExpressions;

namespace WebCoord.Server.Tests.Wire;

/// <summary>What a client program found: for each of its checks a line <c>ok NAME</c> or <c>not ok NAME: WHY</c>, where
/// <c> | </c> stands for the end of a line.</summary>
internal sealed class CheckReport(string output)
{
    private readonly string[] _lines = output.Split('\n');

    /// <summary>The names of the checks that sources declare, each once.</summary>
    public static IReadOnlyList<string> Declared(IEnumerable<string> sources, Regex declaration)
    {
        string[] names =
        [
            .. from source in sources.Order(StringComparer.Ordinal)
               from Match match in declaration.Matches(File.ReadAllText(source))
               select match.Groups["name"].Value,
        ];
        Assert.NotEmpty(names);
        Assert.Equal(names.Distinct(StringComparer.Ordinal), names);
        return names;
    }

    /// <summary>Fails unless the program says that this check passed.</summary>
    public void AssertPassed(string check)
    {
        var failure = _lines.FirstOrDefault(line => line.StartsWith($"not ok {check}: ", StringComparison.Ordinal));
        Assert.True(failure is null, failure?.Replace(" | ", "\n", StringComparison.Ordinal));
        Assert.True(_lines.Contains($"ok {check}", StringComparer.Ordinal),
            $"The program did not report \"{check}\". It printed:\n{output}");
    }
}
