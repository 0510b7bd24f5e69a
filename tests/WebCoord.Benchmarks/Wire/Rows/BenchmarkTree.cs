using System.Globalization;
using System.Net;
using WebCoord.Benchmarks.Wire.Load;

namespace WebCoord.Benchmarks.Wire.Rows;

/// <summary>
/// The nodes that the rows work on: a thousand parents with ten children each, so ten thousand nodes with data to read
/// and set, and another thousand parents to create nodes under.
/// </summary>
internal static class BenchmarkTree
{
    public const int Connections = 8;
    public const int InFlight = 64;

    private const int Parents = 1_000;
    private const int Children = 10;

    // Longer than the caches of a processor hold, short enough to be encoded at once.
    private const int RingLength = 2_048;

    private const string ChildPrefix = "child-";

    public static string FirstNode { get; } = Child(0, 0);

    public static void CreateOn(IPEndPoint address)
    {
        using var session = Session.Open(address);
        foreach (var frame in from parent in Enumerable.Range(0, Parents)
                              from path in (string[])[Parent(parent), Target(parent)]
                              select Frame.Create(path))
        {
            session.Ask(frame);
        }

        var children = (from parent in Enumerable.Range(0, Parents)
                        from child in Enumerable.Range(0, Children)
                        select Frame.Create(Child(parent, child))).ToArray();
        using var generator = new LoadGenerator(address, [new FrameRing(children)], InFlight, children.Length);
        generator.RunToEnd();
    }

    /// <summary>Requests on nodes chosen at random, the same ones in every run.</summary>
    public static FrameRing Random(int connection, Func<Random, string, Frame> frameOf) => RandomRing(
        connection, random => frameOf(random, Child(random.Next(Parents), random.Next(Children))));

    public static FrameRing Lists(int connection) => RandomRing(connection, random =>
        Frame.GetChildren(Parent(random.Next(Parents)), Children, ChildPrefix.Length + 1));

    /// <summary>Creates under the parents that belong to the connection, with names from a number on.</summary>
    public static FrameRing Creates(int connection, int firstName)
    {
        const int each = Parents / Connections;
        var frames = Enumerable.Range(connection * each, each)
            .Select(parent => Frame.Create(Target(parent) + "/node-00000000"))
            .ToArray();
        return new FrameRing(frames).WithFreshNames(firstName);
    }

    private static FrameRing RandomRing(int connection, Func<Random, Frame> frameOf)
    {
        var random = new Random(connection);
        return new FrameRing([.. Enumerable.Range(0, RingLength).Select(_ => frameOf(random))]);
    }

    private static string Parent(int parent) => Name($"/parent-{parent:D3}");

    private static string Child(int parent, int child) => Name($"{Parent(parent)}/{ChildPrefix}{child}");

    private static string Target(int parent) => Name($"/target-{parent:D3}");

    private static string Name(FormattableString name) => name.ToString(CultureInfo.InvariantCulture);
}
