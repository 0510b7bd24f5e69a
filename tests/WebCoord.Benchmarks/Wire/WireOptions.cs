using WebCoord.Benchmarks.Wire.Rows;

namespace WebCoord.Benchmarks.Wire;

/// <summary>What the command line of the benchmark asks for.</summary>
/// <param name="Rows">In the order of the table.</param>
/// <param name="OnlyServer">The name of the one server to measure; null for all.</param>
internal sealed record WireOptions(IReadOnlyList<Row> Rows, string? OnlyServer, Pace Pace)
{
    private const string Quick = "--quick";
    private const string Only = "--only=";

    /// <summary>Null if the arguments name a row or an option that is not there.</summary>
    /// <param name="all">The rows to choose from; all of them are chosen if none is named.</param>
    public static WireOptions? Parse(IReadOnlyList<string> arguments, IReadOnlyList<Row> all)
    {
        var names = arguments.Where(argument => !argument.StartsWith("--", StringComparison.Ordinal)).ToArray();
        var options = arguments.Except(names).ToArray();
        var unknown = options.Where(option => option != Quick && !option.StartsWith(Only, StringComparison.Ordinal));
        if (unknown.Any() || names.Except(all.Select(row => row.Name)).Any())
        {
            return null;
        }

        return new WireOptions(
            names.Length == 0 ? all : [.. all.Where(row => names.Contains(row.Name))],
            Array.Find(options, option => option != Quick)?[Only.Length..],
            options.Contains(Quick) ? Pace.Quick : Pace.Thorough);
    }
}
