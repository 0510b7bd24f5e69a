using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using WebCoord.Core;
using WebCoord.Core.Commands;
using WebCoord.Core.Tree;
using WebCoord.TransactionLog;
using WebCoord.TransactionLog.Sqlite;

namespace WebCoord.Benchmarks.Memory;

/// <summary>A million nodes of 100 bytes: what they take in memory, and how long a restart with them takes.</summary>
internal static class MemoryBenchmark
{
    private const int NodeCount = 1_000_000;
    private const int ChildrenPerParent = 1_000;
    private const int DataBytes = 100;

    public static int Run()
    {
        var folder = Directory.CreateTempSubdirectory("webcoord-benchmark-").FullName;
        try
        {
            var path = Path.Combine(folder, "webcoord.db");
            Print($"live heap after {NodeCount:N0} creates of nodes with {DataBytes} bytes, per node:");
            ReportHeap("as applied", () => FillAsync(path));
            ReportHeap("as loaded", () => LoadAsync(path));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        return 0;
    }

    /// <summary>Waits in place: an asynchronous method's own frame on the heap could keep the state alive.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ReportHeap(string name, Func<Task<CoordinationState>> make)
    {
        var before = LiveBytes();
        var state = make().GetAwaiter().GetResult();
        var bytes = LiveBytes() - before;
        Print($"  {name}: {bytes / state.Tree.NodeCount:N0} bytes");
        GC.KeepAlive(state);
    }

    private static long LiveBytes()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    private static async Task<CoordinationState> FillAsync(string path)
    {
        await using var log = new SqliteTransactionLog(TimeProvider.System, incarnation: 1, path);
        await log.OpenAsync(CancellationToken.None);
        var state = await FillAsync(log, NodeCount);
        var saving = Stopwatch.StartNew();
        await log.SaveSnapshotAsync(state, CancellationToken.None);
        Print($"  a snapshot was saved in {saving.Elapsed.TotalSeconds:F1} s");
        return state;
    }

    /// <summary>Writes creates of nodes to an empty log, one parent's children to a batch, and applies them.</summary>
    public static async Task<CoordinationState> FillAsync(ITransactionLog log, int nodes)
    {
        var machine = new StateMachine(CoordinationState.Initial);
        for (var parent = 0; parent < nodes / ChildrenPerParent; parent++)
        {
            var requests = Enumerable.Range(-1, ChildrenPerParent + 1)
                .Select(child => new Request(CreateOf(parent, child)))
                .ToImmutableArray();
            var entry = await log.AppendAsync(parent + 1, requests, null, CancellationToken.None);
            if (machine.Apply(entry).FirstOrDefault(result => !result.Succeeded) is { } failure)
            {
                throw new InvalidOperationException($"A create was refused: {failure.Error} {failure.Detail}");
            }
        }

        return machine.State;
    }

    /// <summary>Does what a restart does.</summary>
    private static async Task<CoordinationState> LoadAsync(string path)
    {
        var loading = Stopwatch.StartNew();
        await using var log = new SqliteTransactionLog(TimeProvider.System, incarnation: 2, path);
        await log.OpenAsync(CancellationToken.None);
        var state = await log.LoadSnapshotAsync([], CancellationToken.None)
            ?? throw new InvalidOperationException("The snapshot is not found again.");
        Print($"  a restart loaded it in {loading.Elapsed.TotalSeconds:F1} s");
        return state;
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
