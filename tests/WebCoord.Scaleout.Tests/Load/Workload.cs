using System.Diagnostics;
using System.Globalization;
using WebCoord.Scaleout.Tests.Checking;
using WebCoord.Scaleout.Tests.Cluster;

namespace WebCoord.Scaleout.Tests.Load;

/// <summary>
/// Clients of all kinds at work on a service, on a folder of their own, while a test disturbs it: some call registers,
/// some create items, some watch them being created. What they saw is judged in the end.
/// </summary>
internal sealed class Workload : IAsyncDisposable
{
    private const int RegisterClients = 4;
    private const int ItemWriters = 3;

    /// <summary>How long an event may be on its way when all is quiet.</summary>
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(20);

    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _stopWatching = new();
    private readonly ServerCluster _cluster;
    private readonly string _items;
    private readonly List<Task> _writing;
    private readonly List<Task> _watching;
    private readonly List<FolderWatcher> _watchers;

    private Workload(ServerCluster cluster, string folder, int seed)
    {
        _cluster = cluster;
        _items = folder + "/items";
        _watchers =
        [
            .. cluster.Instances.Select((instance, number) => new FolderWatcher(cluster, $"watcher-{instance.Name}",
                _items, Events, new Random(seed + 100 + number)) { Home = number }),
        ];
        _watching = [.. _watchers.Select(watcher => watcher.RunAsync(_stopWatching.Token))];
        _writing =
        [
            .. Enumerable.Range(0, RegisterClients).Select(number => new RegisterClient(cluster, Calls,
                string.Create(CultureInfo.InvariantCulture, $"register-client-{number}"), folder + "/registers",
                Registers, new Random(seed + number)).RunAsync(_stop.Token)),
            .. Enumerable.Range(0, ItemWriters).Select(number => new ItemWriter(cluster, Calls,
                string.Create(CultureInfo.InvariantCulture, $"writer-{number}"), _items, Items,
                new Random(seed + 50 + number)).RunAsync(_stop.Token)),
        ];
    }

    /// <summary>What the writers and the clients of registers ask.</summary>
    public Calls Calls { get; } = new();

    public RegisterHistory Registers { get; } = new(3);

    public WriteLedger Items { get; } = new();

    public EventLedger Events { get; } = new();

    /// <summary>What the watchers were told beside events.</summary>
    public IEnumerable<string> NoticesOf(int watcher) => _watchers[watcher].Notices
        .Select(notice => $"{notice.Name} {notice.Body.GetRawText()}");

    /// <summary>Makes the folders and lets everybody begin.</summary>
    public static async Task<Workload> StartAsync(ServerCluster cluster, string folder, int seed)
    {
        await cluster.UntilAsync($"{folder} is made", async () =>
        {
            using var made = await cluster.Running[0].Client.PutAsync(
                $"v1/data{folder}/items?createParents=true", new StringContent(""));
            return made.IsSuccessStatusCode;
        });
        return new Workload(cluster, folder, seed);
    }

    /// <summary>Waits until so many items more are acknowledged: the service is at work.</summary>
    public Task ProgressAsync(int items)
    {
        var goal = Items.Acknowledged + items;
        return _cluster.UntilAsync($"{goal} items are acknowledged", () =>
        {
            ThrowIfFailed();
            return Task.FromResult(Items.Acknowledged >= goal);
        });
    }

    /// <summary>Lets everybody stop writing; watchers go on.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_writing);
    }

    /// <summary>Stops, and judges all that was seen.</summary>
    public Task VerifyAsync() => VerifyAsync(0, Registers.FindViolations);

    /// <summary>The same for when the service announced that it lost something.</summary>
    /// <param name="from">Events that were waited for before this zxid are not looked at.</param>
    /// <param name="divide">The moment from which on nobody could reach what was lost: the registers before it and
    /// those after it are judged apart.</param>
    public Task VerifyAsync(long from, long divide) => VerifyAsync(from, () =>
    [
        .. Registers.FindViolations(long.MinValue, divide, RegisterState.Empty),
        .. Registers.FindViolations(divide, long.MaxValue, RegisterState.Unknown),
    ]);

    /// <summary>What was done, for people.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Items.Acknowledged} items, {Registers.Count} register calls ({Registers.CountUnknown} unknown), "
            + $"{Events.EventCount} events");

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _stopWatching.CancelAsync();
        await Task.WhenAll([.. _writing, .. _watching]).ContinueWith(_ => { }, TaskScheduler.Default);
        _stop.Dispose();
        _stopWatching.Dispose();
    }

    private async Task VerifyAsync(long from, Func<IReadOnlyList<string>> registers)
    {
        await StopAsync();
        var state = await ServiceState.ReadAsync(_cluster);
        var items = state.ItemsIn(_items);
        AssertNone(Items.FindViolations(items));
        AssertNone(registers());
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed < MaxWait && Events.FindViolations(items, from).Count > 0)
        {
            await Task.Delay(50);
        }

        await _stopWatching.CancelAsync();
        await Task.WhenAll(_watching);
        AssertNone(Events.FindViolations(items, from));

        // The instances compare the digests of their states themselves, all the while.
        await StateDigests.AssertEqualAsync(_cluster);
        Assert.All(_cluster.Instances, instance => Assert.DoesNotContain("another state than", instance.Output));
    }

    private static void AssertNone(IReadOnlyList<string> violations) => Assert.True(violations.Count == 0,
        $"{violations.Count} violations:\n{string.Join('\n', violations.Take(10))}");

    /// <summary>A client that met what it must never meet ends with that.</summary>
    private void ThrowIfFailed()
    {
        foreach (var task in _writing.Concat(_watching).Where(task => task.IsFaulted))
        {
            task.GetAwaiter().GetResult();
        }
    }
}
