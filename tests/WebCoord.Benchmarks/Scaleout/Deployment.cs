using System.Globalization;
using System.Net.Http.Json;
using WebCoord.Benchmarks.Rest;

namespace WebCoord.Benchmarks.Scaleout;

/// <summary>A whole service: one instance on its embedded log, or several on one Redis.</summary>
internal sealed class Deployment : IAsyncDisposable
{
    private readonly List<ChildServer> _instances = [];

    private Deployment(string folder, RedisServer? redis)
    {
        Folder = folder;
        Redis = redis;
    }

    public string Folder { get; }

    public RedisServer? Redis { get; }

    public IReadOnlyList<ChildServer> Instances => _instances;

    /// <summary>The instance that those who do not care talk to.</summary>
    public ChildServer First => _instances[0];

    public ChildServer Last => _instances[^1];

    public static async Task<Deployment> StartEmbeddedAsync(string folder)
    {
        var deployment = new Deployment(Directory.CreateDirectory(folder).FullName, null);
        await deployment.AddInstancesAsync(1);
        return deployment;
    }

    public static async Task<Deployment> StartOnRedisAsync(string folder, int instances)
    {
        Directory.CreateDirectory(folder);
        var deployment = new Deployment(folder, await RedisServer.StartAsync(folder));
        await deployment.AddInstancesAsync(instances);
        return deployment;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var instance in _instances)
        {
            await instance.DisposeAsync();
        }

        if (Redis is not null)
        {
            await Redis.DisposeAsync();
        }
    }

    /// <summary>Starts instances, and makes the node that all rows write to.</summary>
    private async Task AddInstancesAsync(int count)
    {
        string[] settings = Redis is null ? [] :
        [
            "--WebCoord:Log:Kind=redis",
            string.Create(CultureInfo.InvariantCulture, $"--WebCoord:Log:Redis:Configuration=127.0.0.1:{Redis.Port}"),
        ];
        while (_instances.Count < count)
        {
            _instances.Add(await ChildServer.StartWebCoordAsync(Folder, settings));
        }

        using var client = new HttpClient { BaseAddress = First.Address };
        using var response = await client.PutAsJsonAsync("/v1/nodes/benchmark", new { data = RestBenchmark.Text });
        response.EnsureSuccessStatusCode();
    }
}
