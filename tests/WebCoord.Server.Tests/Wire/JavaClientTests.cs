using System.Text.RegularExpressions;
using WebCoord.Server.Tests.EndToEnd;

namespace WebCoord.Server.Tests.Wire;

/// <summary>
/// ZooKeeper's Java client and Curator, unmodified, against a real server. What they do is in
/// <c>tests/clients/java</c>; here every check there is a test of its own.
/// </summary>
public sealed partial class JavaClientTests(JavaClientRun run) : IClassFixture<JavaClientRun>
{
    /// <summary>All checks that the sources declare, so that one that does not run is missed.</summary>
    public static TheoryData<string> Checks { get; } = [.. CheckReport.Declared(JavaClientRun.Sources, Declaration())];

    [ProgramTheory("java", "javac", JavaClientRun.Jar, JavaClientRun.Logging)]
    [MemberData(nameof(Checks))]
    public async Task The_Java_client_works(string check) => (await run.ReportAsync()).AssertPassed(check);

    [GeneratedRegex(@"suite\.add\(""(?<name>[^""]+)""")]
    private static partial Regex Declaration();
}
