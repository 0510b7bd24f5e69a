using System.Globalization;
using WebCoord.Benchmarks.Wire.Rows;
using WebCoord.Benchmarks.Wire.Servers;

namespace WebCoord.Benchmarks.Wire;

/// <summary>One line for each measure of each row, one column for each server, and how many times better WebCoord is.
/// </summary>
internal sealed class ResultTable(IReadOnlyList<WireServer> servers)
{
    private const int NameWidth = 13;
    private const int MeasureWidth = 38;
    private const int ColumnWidth = 13;

    public void PrintHead()
    {
        var names = servers.Select(server => server.Name.PadLeft(ColumnWidth));
        Print("row", "measure", [.. names, "times better".PadLeft(ColumnWidth)]);
    }

    /// <param name="measured">The servers that the row is for; their figures are in the same order.</param>
    public void Print(string name, IReadOnlyList<WireServer> measured, Figure[][] figures)
    {
        for (var index = 0; index < figures[0].Length; index++)
        {
            var figure = figures[0][index];
            var values = servers.Select(server => measured.Index()
                .Where(other => ReferenceEquals(other.Item, server))
                .Select(other => figures[other.Index][index].Value)
                .Cast<double?>().FirstOrDefault()).ToArray();
            Print(index == 0 ? name : "", figure.Measure,
                [.. values.Select(Cell), Cell(TimesBetter(values, figure.IsMoreBetter))]);
        }
    }

    private double? TimesBetter(double?[] values, bool isMoreBetter)
    {
        var reference = ValueOf<ZooKeeperServer>(values);
        var own = ValueOf<WebCoordServer>(values);
        return isMoreBetter ? own / reference : reference / own;
    }

    private double? ValueOf<TServer>(double?[] values) =>
        servers.Zip(values).FirstOrDefault(pair => pair.First is TServer).Second;

    private static string Cell(double? value)
    {
        var text = value switch
        {
            null => "",
            >= 1_000 => value.Value.ToString("N0", CultureInfo.InvariantCulture),
            >= 100 => value.Value.ToString("F0", CultureInfo.InvariantCulture),
            >= 1 => value.Value.ToString("F2", CultureInfo.InvariantCulture),
            _ => value.Value.ToString("F3", CultureInfo.InvariantCulture),
        };
        return text.PadLeft(ColumnWidth);
    }

    private static void Print(string name, string measure, IEnumerable<string> cells) =>
        Console.WriteLine($"{name,-NameWidth} {measure,-MeasureWidth} {string.Join(' ', cells)}");
}
