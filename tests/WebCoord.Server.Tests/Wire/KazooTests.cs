using System.Text.RegularExpressions;
using WebCoord.Server.Tests.EndToEnd;

namespace WebCoord.Server.Tests.Wire;

/// <summary>
/// The Python client kazoo, unchanged, against a real server. What it does is in <c>tests/clients/kazoo</c>; here every
/// check there is a test of its own, by its name.
/// </summary>
public sealed partial class KazooTests(KazooRun run) : IClassFixture<KazooRun>
{
    /// <summary>All checks, as their sources have them.</summary>
    private static readonly KazooCheck[] Known =
    [
        .. from file in Directory.EnumerateFiles(KazooRun.Folder, "*.py").Order(StringComparer.Ordinal)
           let source = File.ReadAllText(file)
           let holder = CheckClass().Match(source)
           where holder.Success
           from Match check in Check().Matches(source)
           select new KazooCheck(
               $"{Path.GetFileNameWithoutExtension(file)}.{holder.Groups["name"]}.{check.Groups["name"]}"),
    ];

    public static TheoryData<KazooCheck> Checks => [.. Known];

    [ProgramTheory(KazooRun.Python, KazooRun.Kazoo)]
    [MemberData(nameof(Checks))]
    public async Task Kazoo_works(KazooCheck check)
    {
        var problems = await run.ProblemsAsync();

        Assert.True(problems.TryGetValue(check.Name, out var problem), $"{check} did not end.\n{run.Output}");
        Assert.True(problem is null, $"{problem}\n{run.Output}");
    }

    [ProgramFact(KazooRun.Python, KazooRun.Kazoo)]
    public async Task Every_check_that_ran_is_known_here()
    {
        var problems = await run.ProblemsAsync();

        Assert.NotEmpty(problems);
        Assert.Empty(problems.Keys.Except(Known.Select(check => check.Name)));
    }

    [GeneratedRegex(@"^class (?<name>\w+)\(Case\):$", RegexOptions.Multiline)]
    private static partial Regex CheckClass();

    [GeneratedRegex(@"^    def (?<name>test_\w+)\(self\):$", RegexOptions.Multiline)]
    private static partial Regex Check();
}
