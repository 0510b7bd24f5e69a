using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using WebCoord.TransactionLog.Tests.Redis;

namespace WebCoord.Scaleout.Tests.Cluster;

/// <summary>A service: a real Redis that keeps every write, and real server processes on it. Disposing kills them all.
/// </summary>
internal sealed class ServerCluster : IAsyncDisposable
{
    /// <summary>Far longer than anything takes on a loaded machine.</summary>
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(60);

    private static readonly string[] Arguments =
    [
        "--WebCoord:Sessions:TickMs=100", "--WebCoord:Sessions:MinTimeoutMs=400",
        "--WebCoord:ZooKeeper:MaxConnectionsPerAddress=0", "--WebCoord:Instance:DrainMs=1000",
        "--WebCoord:ZooKeeper:FourLetterWords:0=*",
    ];

    private readonly ClusterSetup _setup;

    private ServerCluster(RedisServer redis, ClusterSetup setup)
    {
        _setup = setup;
        Redis = redis;
        Instances =
        [
            .. Enumerable.Range(0, setup.Count)
                .Select(number => NewInstance(((char)('a' + number)).ToString(), setup.ArgumentsOf(number))),
        ];
    }

    public RedisServer Redis { get; private set; }

    public IReadOnlyList<ClusterInstance> Instances { get; }

    public ClusterInstance this[int number] => Instances[number];

    /// <summary>Those that can answer.</summary>
    public IReadOnlyList<ClusterInstance> Running => [.. Instances.Where(instance => instance.IsRunning)];

    /// <summary>Starts Redis and all instances at once, and waits until every one is ready and knows all others.
    /// </summary>
    public static async Task<ServerCluster> StartAsync(ClusterSetup? setup = null)
    {
        var cluster = await PrepareAsync(setup);
        try
        {
            await Task.WhenAll(cluster.Instances.Select(instance => instance.StartAsync()));
            await cluster.UntilAllKnowAllAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts Redis; the instances are started by the test.</summary>
    public static async Task<ServerCluster> PrepareAsync(ClusterSetup? setup = null) =>
        new(await RedisServer.StartAsync(), setup ?? new ClusterSetup());

    /// <summary>One more instance, not started yet, that the caller has to dispose of.</summary>
    /// <param name="redis">The Redis of another service, if it is to belong to that.</param>
    public ClusterInstance NewInstance(string name, IReadOnlyList<string> arguments, RedisServer? redis = null) =>
        new(name, (redis ?? Redis).Port, [.. Arguments, .. _setup.Arguments, .. arguments]);

    /// <summary>Puts another Redis in the place of this one, for all instances, and ends the old one.</summary>
    public async Task ReplaceRedisAsync(RedisServer replacement)
    {
        var old = Redis;
        Redis = replacement;
        foreach (var instance in Instances)
        {
            instance.Link.Redirect(replacement.Port);
        }

        await old.DisposeAsync();
    }

    /// <summary>Waits until every running instance is ready.</summary>
    public Task UntilReadyAsync() => UntilAsync("every instance is ready", async () =>
    {
        foreach (var instance in Running)
        {
            using var response = await instance.Client.GetAsync("health/ready");
            if (response.StatusCode != HttpStatusCode.OK)
            {
                return false;
            }
        }

        return true;
    });

    /// <summary>Waits until every running instance shows these instances and no others.</summary>
    public Task UntilAllKnowAllAsync() => UntilAsync("every instance knows those that run", async () =>
    {
        var names = Running.Select(instance => instance.Name).ToArray();
        foreach (var instance in Running)
        {
            var cluster = await instance.Client.GetFromJsonAsync<JsonElement>("v1/cluster?consistency=local");
            var known = cluster.GetProperty("instances").EnumerateArray()
                .Select(known => known.GetProperty("name").GetString());
            if (!names.SequenceEqual(known.Order(StringComparer.Ordinal)))
            {
                return false;
            }
        }

        return true;
    });

    /// <summary>Waits until something holds; a wait in vain fails and shows what the instances printed.</summary>
    public async Task UntilAsync(string what, Func<Task<bool>> holds)
    {
        Exception? last = null;
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < MaxWait; await Task.Delay(20))
        {
            try
            {
                if (await holds())
                {
                    return;
                }
            }
            catch (Exception failure)
                when (failure is HttpRequestException or OperationCanceledException or IOException)
            {
                last = failure;
            }
        }

        Assert.Fail($"Waited in vain until {what}. {last}\n{Describe()}");
    }

    /// <summary>What the instances printed last.</summary>
    public string Describe() => string.Join('\n', Instances.Select(instance =>
        $"--- {instance.Name}\n{instance.Output[Math.Max(0, instance.Output.Length - 4_000)..]}"));

    public async ValueTask DisposeAsync()
    {
        foreach (var instance in Instances)
        {
            await instance.DisposeAsync();
        }

        await Redis.DisposeAsync();
    }
}
