using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Xunit.Abstractions;

namespace WebCoord.Server.Tests.EndToEnd.Durability;

/// <summary>
/// Several clients write to the real server, which is killed at random moments and started again on the same data:
/// whatever was acknowledged must be there. WEBCOORD_SEED repeats a run, WEBCOORD_SOAK=1 makes it long.
/// </summary>
public sealed class DurabilityTests(ITestOutputHelper output)
{
    private const int WriterCount = 4;

    private static readonly int Rounds = Environment.GetEnvironmentVariable("WEBCOORD_SOAK") == "1" ? 1_000 : 20;

    [Fact]
    public async Task Every_acknowledged_write_is_found_after_every_crash()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("WEBCOORD_SEED"), out var given)
            ? given
            : Random.Shared.Next();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"WEBCOORD_SEED={seed}"));
        var random = new Random(seed);
        using var folder = new TemporaryFolder();
        var writers = Enumerable.Range(0, WriterCount)
            .Select(number => new DurableWriter(number, new Random(random.Next())))
            .ToList();
        var sessions = new Sessions();

        for (var round = 0; round < Rounds; round++)
        {
            // A few hundred requests come between two crashes: snapshots and trimming happen in many rounds.
            var snapshotRequests = $"--WebCoord:Log:SnapshotRequests={random.Next(50, 1_000)}";
            await using var server = await ServerProcess.StartAsync(folder.Path, snapshotRequests);
            await PrepareAsync(server.Client, round);
            await VerifyAsync(server.Client, writers);
            await sessions.VerifyAndChangeAsync(server.Client, round);

            var writing = writers.Select(writer => writer.RunAsync(server.Client, CancellationToken.None)).ToList();
            await Task.Delay(random.Next(20, 800));
            Assert.All(writing, writer => Assert.False(writer.IsCompleted, "A writer ended before the server did."));
            await server.KillAsync();
            await Task.WhenAll(writing);
        }

        await using var last = await ServerProcess.StartAsync(folder.Path);
        await VerifyAsync(last.Client, writers);
        await sessions.VerifyAndChangeAsync(last.Client, Rounds);
        var acknowledged = writers.Sum(writer => writer.Acknowledged);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{acknowledged} writes were acknowledged"));
        Assert.True(acknowledged > Rounds * WriterCount, "Hardly anything was written: this proves nothing.");
    }

    private static async Task PrepareAsync(HttpClient client, int round)
    {
        if (round == 0)
        {
            using var created = await client.PostAsJsonAsync($"/v1/nodes{DurableWriter.Queue}", new { data = "" });
            Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        }
    }

    private static async Task VerifyAsync(HttpClient client, List<DurableWriter> writers)
    {
        using var root = await client.GetAsync("/v1/nodes");
        var highest = writers.Max(writer => writer.LastZxid);
        Assert.True(root.Zxid() >= highest, $"The state is at zxid {root.Zxid()}, {highest} was acknowledged.");

        await Task.WhenAll(writers.Select(writer => writer.VerifyAsync(client)));

        // Items are never changed, so that one listing tells all; a name that two writers were given is caught by Add.
        var acknowledged = new Dictionary<string, string>();
        foreach (var (path, data) in writers.SelectMany(writer => writer.Items))
        {
            acknowledged.Add(path, data);
        }

        var tree = await client.GetFromJsonAsync<JsonElement>($"/v1/tree{DurableWriter.Queue}?include=data");
        var found = tree.GetProperty("nodes").EnumerateArray().ToDictionary(
            item => item.GetProperty("path").GetString()!,
            item => item.GetProperty("data").GetString());
        Assert.All(acknowledged, item => Assert.Equal(item.Value, found.GetValueOrDefault(item.Key)));
    }

    /// <summary>Sessions that live through all crashes, and some that are closed on the way.</summary>
    private sealed class Sessions
    {
        private readonly List<SurvivingSession> _alive = [];
        private SurvivingSession? _closed;

        public async Task VerifyAndChangeAsync(HttpClient client, int round)
        {
            await Task.WhenAll(_alive.Select(session => session.VerifyAliveAsync(client)));
            await (_closed?.VerifyGoneAsync(client) ?? Task.CompletedTask);
            _alive.Add(await SurvivingSession.OpenAsync(client, round));
            if (_alive.Count > 3)
            {
                _closed = _alive[0];
                _alive.RemoveAt(0);
                await _closed.CloseAsync(client);
            }
        }
    }
}
