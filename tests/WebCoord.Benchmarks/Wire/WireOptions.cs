using System.Globalization;
using WebCoord.Benchmarks.Wire.Rows;

namespace WebCoord.Benchmarks.Wire;

/// <summary>What the command line of the benchmark asks for.</summary>
/// <param name="OnlyServer">The name of the one server to measure; null for all.</param>
internal sealed record WireOptions(IReadOnlyList<Row> Rows, string? OnlyServer, Pace Pace)
{
    private const string Quick = "--quick";
    private const string Seconds = "--seconds=";
    private const string Only = "--only=";

    /// <summary>Null if the arguments name a row or an option that is not there.</summary>
    /// <param name="all">The rows to choose from; all of them are chosen if none is named.</param>
    public static WireOptions? Parse(IEnumerable<string> arguments, IReadOnlyList<Row> all)
    {
        var rows = new List<Row>();
        var options = new WireOptions(rows, null, Pace.Thorough);
        foreach (var argument in arguments)
        {
            if (argument == Quick)
            {
                options = options with { Pace = Pace.Quick };
            }
            else if (argument.StartsWith(Only, StringComparison.Ordinal))
            {
                options = options with { OnlyServer = argument[Only.Length..] };
            }
            else if (argument.StartsWith(Seconds, StringComparison.Ordinal)
                && int.TryParse(argument[Seconds.Length..], CultureInfo.InvariantCulture, out var seconds))
            {
                options = options with { Pace = options.Pace with { Turn = TimeSpan.FromSeconds(seconds) } };
            }
            else if (all.FirstOrDefault(row => row.Name == argument) is { } row)
            {
                rows.Add(row);
            }
            else
            {
                return null;
            }
        }

        return rows.Count > 0 ? options : options with { Rows = all };
    }
}
