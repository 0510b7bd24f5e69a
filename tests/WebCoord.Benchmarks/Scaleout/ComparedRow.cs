using System.Globalization;
using WebCoord.Benchmarks.Wire.Rows;

namespace WebCoord.Benchmarks.Scaleout;

/// <summary>Something that is measured on two deployments in turns; medians count.</summary>
internal sealed record ComparedRow(string Name, Func<Deployment, Task<Figure[]>> MeasureAsync)
{
    private const int Turns = 5;

    public static void PrintHead(params string[] columns) =>
        Console.WriteLine($"{"",-26} {"",-30} {string.Join(' ', columns.Select(column => column.PadLeft(12)))}");

    /// <summary>Prints a line for each figure: of the first, of the second, and the second by the first.</summary>
    public async Task PrintAsync(Deployment reference, Deployment other)
    {
        var (one, two) = (new List<Figure[]>(), new List<Figure[]>());
        for (var turn = 0; turn <= Turns; turn++)
        {
            one.Add(await MeasureAsync(reference));
            two.Add(await MeasureAsync(other));
        }

        // The first turn of each is the warm-up, in which its code is compiled for good.
        foreach (var index in Enumerable.Range(0, one[0].Length))
        {
            var (left, right) = (Median(one.Skip(1), index), Median(two.Skip(1), index));
            Console.WriteLine($"{(index == 0 ? Name : ""),-26} {one[0][index].Measure,-30} "
                + $"{Cell(left)} {Cell(right)} {Cell(right / left)}");
        }
    }

    private static double Median(IEnumerable<Figure[]> turns, int index) =>
        turns.Select(turn => turn[index].Value).Order().ElementAt(Turns / 2);

    private static string Cell(double value) =>
        value.ToString(value >= 100 ? "N0" : "F2", CultureInfo.InvariantCulture).PadLeft(12);
}
