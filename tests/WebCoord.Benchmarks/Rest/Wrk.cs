using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace WebCoord.Benchmarks.Rest;

/// <summary>One measurement with the load generator <c>wrk</c>.</summary>
internal sealed partial record Wrk(double RequestsPerSecond, double P50Ms, double P99Ms)
{
    private const int DefaultConnections = 64;

    public static bool IsInstalled
    {
        get
        {
            try
            {
                using var process = Start(["-v"]);
                process.WaitForExit();
                return true;
            }
            catch (Win32Exception)
            {
                return false;
            }
        }
    }

    /// <param name="threads">Each has its share of the connections.</param>
    public static async Task<Wrk> RunAsync(Uri address, Workload workload, TimeSpan duration,
        int connections = DefaultConnections, int threads = 1)
    {
        using var process = Start(
        [
            "--threads", threads.ToString(CultureInfo.InvariantCulture),
            "--connections", connections.ToString(CultureInfo.InvariantCulture),
            "--duration", string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds}s"),
            "--latency",
            "--script", workload.ScriptFile,
            new Uri(address, workload.Path).ToString(),
        ]);
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0 || output.Contains("Non-2xx", StringComparison.Ordinal)
            || output.Contains("Socket errors", StringComparison.Ordinal))
        {
            throw new InvalidOperationException($"{workload.Name}: wrk reports a failure:\n{output}");
        }

        return new Wrk(
            Number(RateLine().Match(output).Groups["value"].Value),
            Milliseconds(MedianLine().Match(output)),
            Milliseconds(TailLine().Match(output)));
    }

    private static Process Start(string[] arguments) =>
        Process.Start(new ProcessStartInfo("wrk", arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;

    private static double Milliseconds(Match line)
    {
        var milliseconds = line.Groups["unit"].Value switch
        {
            "us" => 0.001,
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            var unit => throw new FormatException($"wrk reports a latency in '{unit}'."),
        };
        return Number(line.Groups["value"].Value) * milliseconds;
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"Requests/sec:\s+(?<value>[0-9.]+)")]
    private static partial Regex RateLine();

    [GeneratedRegex(@"50%\s+(?<value>[0-9.]+)(?<unit>\w+)")]
    private static partial Regex MedianLine();

    [GeneratedRegex(@"99%\s+(?<value>[0-9.]+)(?<unit>\w+)")]
    private static partial Regex TailLine();
}
