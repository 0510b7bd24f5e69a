using WebCoord.Scaleout.Tests.Checking;
using WebCoord.Scaleout.Tests.Cluster;
using WebCoord.Scaleout.Tests.Load;
using WebCoord.TransactionLog.Tests.Redis;
using Xunit.Abstractions;

namespace WebCoord.Scaleout.Tests.Faults;

/// <summary>One instance alone cannot reach Redis: those who rely on it must let go before the others may take what was
/// theirs.</summary>
[Collection(FaultCollection.Name)]
public sealed class CutOffTests(SharedCluster shared, ITestOutputHelper output)
{
    private const int Items = 20;
    private const int TimeoutMs = 3_000;

    /// <summary>How often a fault comes in one run.</summary>
    private static readonly int Rounds = Seed.IsSoak ? 10 : 1;

    [RedisFact]
    public Task Its_connection_is_cut_and_refused() => CutOffAsync(instance => instance.Link.Cut());

    [RedisFact]
    public Task Nothing_passes_on_its_connection() => CutOffAsync(instance => instance.Link.Hold());

    [RedisFact]
    public Task It_sleeps() => DisturbAsync(instance => instance.PauseAsync(), instance => instance.ResumeAsync());

    private Task CutOffAsync(Action<ClusterInstance> cut) => DisturbAsync(
        instance =>
        {
            cut(instance);
            return Task.CompletedTask;
        },
        instance =>
        {
            instance.Link.Resume();
            return Task.CompletedTask;
        });

    private async Task DisturbAsync(Func<ClusterInstance, Task> cut, Func<ClusterInstance, Task> heal)
    {
        var seed = new Seed(output);
        var random = new Random(seed.Value);
        var cluster = await shared.TakeAsync();
        var folder = shared.NextFolder();
        await using var workload = await Workload.StartAsync(cluster, folder, seed.Value);
        var history = new LockHistory();
        for (var round = 0; round < Rounds; round++)
        {
            await workload.ProgressAsync(Items);
            var lonely = cluster[random.Next(3)];
            var other = cluster.Instances.First(instance => instance != lonely);
            await ContendAsync($"{folder}/lock-{round}", lonely, other, history, cluster, () => cut(lonely));
            await workload.ProgressAsync(Items);
            await heal(lonely);
            await cluster.UntilReadyAsync();
        }

        Assert.Empty(history.FindViolations());
        Assert.True(history.Count >= 2 * Rounds);
        await workload.ProgressAsync(Items);
        await workload.VerifyAsync();
        output.WriteLine(workload.ToString());
        shared.GiveBack();
    }

    /// <summary>One client has a lock through the instance that is cut off, and would keep it; another waits for it
    /// elsewhere, and gets it.</summary>
    private static async Task ContendAsync(string path, ClusterInstance lonely, ClusterInstance other,
        LockHistory history, ServerCluster cluster, Func<Task> cut)
    {
        using var stop = new CancellationTokenSource();
        var holder = new LockClient("holder", path, TimeoutMs, history);
        var waiter = new LockClient("waiter", path, TimeoutMs, history);
        var holding = RunOnceHeldAsync(holder, lonely, TimeSpan.FromMinutes(1), stop.Token);
        await cluster.UntilAsync("the first has the lock", () => Task.FromResult(holder.IsHeld));
        var waiting = RunOnceHeldAsync(waiter, other, TimeSpan.FromMilliseconds(300), stop.Token);
        await cut();
        await cluster.UntilAsync("the other has the lock", () => Task.FromResult(waiter.Count > 0));
        Assert.False(holder.IsHeld);
        await stop.CancelAsync();
        await Task.WhenAll(holding, waiting);
    }

    /// <summary>A client that loses its connection before it ever had the lock tries again.</summary>
    private static async Task RunOnceHeldAsync(LockClient client, ClusterInstance instance, TimeSpan hold,
        CancellationToken stop)
    {
        do
        {
            await client.RunAsync(instance, () => hold, stop);
        }
        while (client.Count == 0 && !stop.IsCancellationRequested);
    }
}
