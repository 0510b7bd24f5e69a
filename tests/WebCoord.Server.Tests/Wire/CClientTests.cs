using System.Text.RegularExpressions;
using WebCoord.Server.Tests.EndToEnd;

namespace WebCoord.Server.Tests.Wire;

/// <summary>
/// ZooKeeper's C client, unmodified, against a real server. What it does is in <c>tests/clients/c</c>; here every check
/// there is a test of its own.
/// </summary>
public sealed partial class CClientTests(CClientRun run) : IClassFixture<CClientRun>
{
    /// <summary>All checks that the sources declare, so that one that does not run is missed.</summary>
    public static TheoryData<string> Checks { get; } = [.. CheckReport.Declared(CClientRun.Sources, Declaration())];

    [ProgramTheory("gcc", CClientRun.Header, CClientRun.StandardHeader)]
    [MemberData(nameof(Checks))]
    public async Task The_C_client_works(string check) => (await run.ReportAsync()).AssertPassed(check);

    [GeneratedRegex(@"^    \{""(?<name>[^""]+)"", ", RegexOptions.Multiline)]
    private static partial Regex Declaration();
}
