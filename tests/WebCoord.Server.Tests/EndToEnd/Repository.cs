namespace WebCoord.Server.Tests.EndToEnd;

/// <summary>Where the files of the working copy are that these tests were built from.</summary>
internal static class Repository
{
    /// <summary>The folder of the solution file.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The server as built in the configuration in which these tests were built.</summary>
    public static string ServerAssembly { get; } = PathOf(
        "artifacts", "bin", "WebCoord.Server", Configuration, "WebCoord.Server.dll");

    /// <summary>The last folder of the build output: <c>debug</c> or <c>release</c>.</summary>
    private static string Configuration =>
        Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));

    public static string PathOf(params string[] segments) => Path.Combine([Root, .. segments]);

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "WebCoord.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException(
                $"No WebCoord.sln above {AppContext.BaseDirectory}: these tests run from a working copy only.");
        }

        return folder.FullName;
    }
}
