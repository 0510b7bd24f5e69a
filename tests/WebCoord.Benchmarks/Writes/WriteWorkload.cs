using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using WebCoord.Core.Commands;
using WebCoord.Core.Sessions;
using WebCoord.Core.Tree;

namespace WebCoord.Benchmarks.Writes;

/// <summary>One kind of write: the requests number 0, 1, 2, ..., each made anew as a front end makes it.</summary>
internal sealed record WriteWorkload(string Name, Func<int, Command> Make)
{
    private const int Folders = 10;
    private const int NodesPerFolder = 1_000;
    private const int DataBytes = 100;

    private static readonly ImmutableArray<Identity> Sender = [new Identity("ip", "127.0.0.1")];

    /// <summary>Opens the session that all requests are sent in.</summary>
    public static Request OpenSession { get; } = new(new Command.CreateSession(60_000, new byte[16]));

    public static ImmutableArray<WriteWorkload> All { get; } =
    [
        new("set", Set),
        new("create", number => Create(New(number), CreateMode.Persistent)),
        new("create sequential", _ => Create("/folder-0/queue-", CreateMode.PersistentSequential)),
        new("create ephemeral", number => Create(New(number), CreateMode.Ephemeral)),
        new("mixed", Mixed),
        new("multi", number => new Command.Multi(
            [new Command.Check(NodeOf(number)), Set(number + 1), Create(New(number), CreateMode.Persistent)])),
    ];

    /// <summary>The request of a number, with what a connection tells of its sender.</summary>
    public Request Request(int number, SessionId session) =>
        new(Make(number)) { Session = session, Identities = Sender };

    /// <summary>The folders and nodes that are there before any workload begins.</summary>
    public static IEnumerable<Command> Preparation()
    {
        for (var folder = 0; folder < Folders; folder++)
        {
            yield return Create(Text($"/folder-{folder}"), CreateMode.Persistent);
        }

        for (var number = 0; number < Folders * NodesPerFolder; number++)
        {
            yield return Create(NodeOf(number), CreateMode.Persistent);
        }
    }

    /// <summary>Of four: two sets, the creation of a node, and its deletion.</summary>
    private static Command Mixed(int number) => (number % 4) switch
    {
        0 => Create(New(number / 4), CreateMode.Persistent),
        1 => new Command.Delete(New(number / 4)),
        _ => Set(number),
    };

    private static string New(int number) => Text($"/folder-{number % 4}/new-{number}");

    /// <summary>Neighbouring numbers are nodes far apart.</summary>
    private static string NodeOf(int number)
    {
        var mixed = (int)((uint)number * 7_919L % (Folders * NodesPerFolder));
        return Text($"/folder-{mixed % Folders}/node-{mixed / Folders:D10}");
    }

    private static Command.SetData Set(int number) => new(NodeOf(number), new byte[DataBytes]);

    private static Command.Create Create(string path, CreateMode mode) =>
        new(path, new byte[DataBytes], mode, Acl.Open);

    private static string Text(DefaultInterpolatedStringHandler text) => text.ToStringAndClear();
}
