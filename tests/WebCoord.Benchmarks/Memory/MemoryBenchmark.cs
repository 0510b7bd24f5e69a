using System.Collections.Immutable;
using System.Globalization;
using WebCoord.Core;
using WebCoord.Core.Commands;
using WebCoord.Core.Tree;

namespace WebCoord.Benchmarks.Memory;

/// <summary>A million nodes of 100 bytes: what they take in memory, and how long a restart with them takes.</summary>
internal static class MemoryBenchmark
{
    private const int NodeCount = 1_000_000;
    private const int ChildrenPerParent = 1_000;
    private const int DataBytes = 100;

    public static async Task<int> RunAsync()
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var state = Fill();
        var bytes = GC.GetTotalMemory(forceFullCollection: true) - before;
        Print($"{state.Tree.NodeCount:N0} nodes of {DataBytes} bytes: {bytes / NodeCount:N0} bytes of heap each");
        await Task.CompletedTask;
        GC.KeepAlive(state);
        return 0;
    }

    /// <summary>Applies the creates as the log would bring them, one parent's children to an entry.</summary>
    private static CoordinationState Fill()
    {
        var machine = new StateMachine(CoordinationState.Initial);
        var zxid = 0L;
        for (var parent = 0; parent < NodeCount / ChildrenPerParent; parent++)
        {
            var requests = Enumerable.Range(-1, ChildrenPerParent + 1)
                .Select(child => new Request(CreateOf(parent, child)))
                .ToImmutableArray();
            zxid += requests.Length;
            var results = machine.Apply(new LogEntry
            {
                LastZxid = new Zxid(zxid),
                TimestampMs = 1_700_000_000_000 + zxid,
                Incarnation = 1,
                Sequence = parent + 1,
                ChainHash = "",
                Requests = requests,
            });
            if (results.FirstOrDefault(result => !result.Succeeded) is { } failure)
            {
                throw new InvalidOperationException($"A create was refused: {failure.Error} {failure.Detail}");
            }
        }

        return machine.State;
    }

    private static Command.Create CreateOf(int parent, int child)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"/parent-{parent}");
        return child < 0
            ? new Command.Create(path, null, CreateMode.Persistent, Acl.Open)
            : new Command.Create(
                string.Create(CultureInfo.InvariantCulture, $"{path}/child-{child:D10}"),
                new byte[DataBytes], CreateMode.Persistent, Acl.Open);
    }

    private static void Print(FormattableString line) => Console.WriteLine(FormattableString.Invariant(line));
}
