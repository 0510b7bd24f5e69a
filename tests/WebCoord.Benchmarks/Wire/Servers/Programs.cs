using System.Diagnostics;

namespace WebCoord.Benchmarks.Wire.Servers;

/// <summary>Runs programs for what they print.</summary>
internal static class Programs
{
    public static async Task<string> RunAsync(string name, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(name, arguments) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"{name} {string.Join(' ', arguments)} failed:\n{output}");
    }
}
