using System.Collections.Immutable;
using System.Globalization;
using WebCoord.Core;
using WebCoord.Core.Commands;
using WebCoord.Core.Sessions;
using WebCoord.Core.Tree;

namespace WebCoord.Benchmarks.Writes;

/// <summary>One kind of write: the requests number 0, 1, 2, ..., each made anew as a front end makes it.</summary>
/// <param name="Make">The request of a number, sent in the session that <see cref="Preparation"/> opened.</param>
internal sealed record WriteWorkload(string Name, Func<int, SessionId, Request> Make)
{
    private const int Folders = 10;
    private const int NodesPerFolder = 1_000;
    private const int DataBytes = 100;

    /// <summary>The session that creates ephemeral nodes; it is opened by the first request of the log.</summary>
    public static Request OpenSession { get; } = new(new Command.CreateSession(60_000, new byte[16]));

    public static ImmutableArray<WriteWorkload> All { get; } =
    [
        new("set", (number, _) => Set(number)),
        new("create", (number, _) => Create($"/folder-{number % 4}/new-{number}", CreateMode.Persistent)),
        new("create sequential", (_, _) => Create("/folder-0/queue-", CreateMode.PersistentSequential)),
        new("create ephemeral", (number, session) =>
            Create($"/folder-{number % 4}/member-{number}", CreateMode.Ephemeral) with { Session = session }),
        new("mixed", (number, _) => Mixed(number)),
        new("multi", (number, _) => new Request(new Command.Multi(
        [
            new Command.Check(NodeOf(number)),
            Set(number + 1).Command,
            Create($"/folder-{number % 4}/new-{number}", CreateMode.Persistent).Command,
        ]))),
    ];

    /// <summary>The folders and nodes that are there before any workload begins.</summary>
    public static IEnumerable<Request> Preparation()
    {
        for (var folder = 0; folder < Folders; folder++)
        {
            yield return Create($"/folder-{folder}", CreateMode.Persistent);
        }

        for (var number = 0; number < Folders * NodesPerFolder; number++)
        {
            yield return Create(NodeOf(number), CreateMode.Persistent);
        }
    }

    /// <summary>Of four: two sets, the creation of a node, and its deletion.</summary>
    private static Request Mixed(int number)
    {
        var path = Text($"/folder-{number / 4 % 4}/new-{number / 4}");
        return (number % 4) switch
        {
            0 => Create(path, CreateMode.Persistent),
            1 => new Request(new Command.Delete(path)),
            _ => Set(number),
        };
    }

    /// <summary>Neighbouring numbers are nodes far apart.</summary>
    private static string NodeOf(int number)
    {
        var mixed = (int)((uint)number * 7_919L % (Folders * NodesPerFolder));
        return Text($"/folder-{mixed % Folders}/node-{mixed / Folders:D10}");
    }

    private static Request Set(int number) => new(new Command.SetData(NodeOf(number), new byte[DataBytes]));

    private static Request Create(FormattableString path, CreateMode mode) => Create(Text(path), mode);

    private static Request Create(string path, CreateMode mode) =>
        new(new Command.Create(path, new byte[DataBytes], mode, Acl.Open));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
