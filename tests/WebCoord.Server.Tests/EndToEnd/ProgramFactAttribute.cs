namespace WebCoord.Server.Tests.EndToEnd;

/// <summary>
/// A test that needs programs from outside, such as <c>node</c>, or installed files of the working copy, such as
/// <c>tests/clients/readme/node_modules</c>. Where one is missing the test is skipped and says which; with
/// <c>WEBCOORD_REQUIRE_PROGRAMS=1</c>, as <c>tests/run.sh</c> sets it, it runs and fails.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ProgramFactAttribute : FactAttribute
{
    public ProgramFactAttribute(params string[] programs)
    {
        Programs = programs;
        if (Environment.GetEnvironmentVariable("WEBCOORD_REQUIRE_PROGRAMS") == "1")
        {
            return;
        }

        var missing = programs.Where(program => !IsInstalled(program)).ToList();
        if (missing.Count > 0)
        {
            Skip = $"Needs {string.Join(", ", missing)}, which is not installed; tests/run.sh installs it.";
        }
    }

    public IReadOnlyList<string> Programs { get; }

    private static bool IsInstalled(string program) => program.Contains('/', StringComparison.Ordinal)
        ? Path.Exists(Repository.PathOf(program))
        : (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Any(folder => File.Exists(Path.Combine(folder, program)));
}
