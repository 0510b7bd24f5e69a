namespace WebCoord.Tidy.Tests;

/// <summary>The files that people write: found below the folder of the solution, without what builds and runs leave
/// behind.</summary>
internal static class Repository
{
    private static readonly string[] Leavings =
        [".git", ".vs", ".idea", "artifacts", "bin", "obj", "data", "generated", "node_modules",
            "TestResults"];

    public static string Root { get; } = FindRoot();

    /// <summary>All files, relative to the root with forward slashes, in ordinal order.</summary>
    public static IReadOnlyList<string> Files { get; } =
        [.. Below(Root).Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/'))
            .Order(StringComparer.Ordinal)];

    public static IEnumerable<string> CSharp(string folder) => Files.Where(file =>
        file.StartsWith(folder + "/", StringComparison.Ordinal) && file.EndsWith(".cs", StringComparison.Ordinal));

    public static IEnumerable<string> CSharp() => CSharp("src").Concat(CSharp("tests"));

    public static string Text(string file) => File.ReadAllText(Path.Combine(Root, file));

    public static string[] Lines(string file) => File.ReadAllLines(Path.Combine(Root, file));

    public static bool IsLeaving(string name) => Leavings.Contains(name, StringComparer.Ordinal);

    /// <summary>Fails with all findings at once, one line each.</summary>
    public static void AssertNone(IEnumerable<string> findings)
    {
        var all = findings.ToArray();
        Assert.True(all.Length == 0, string.Join('\n', all));
    }

    private static IEnumerable<string> Below(string folder) => Directory.EnumerateFiles(folder).Concat(
        Directory.EnumerateDirectories(folder).Where(child => !IsLeaving(Path.GetFileName(child))).SelectMany(Below));

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "WebCoord.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("WebCoord.sln is in no folder above the "
                + "tests");
        }

        return folder.FullName;
    }
}
