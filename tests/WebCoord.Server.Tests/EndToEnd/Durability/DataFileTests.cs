using System.Globalization;
using System.Net;

namespace WebCoord.Server.Tests.EndToEnd.Durability;

/// <summary>The data file as operators meet it: shared by mistake, and beside its snapshots.</summary>
public sealed class DataFileTests
{
    [Fact]
    public async Task A_second_server_on_the_same_data_is_refused_and_says_why()
    {
        using var folder = new TemporaryFolder();
        await using var first = await ServerProcess.StartAsync(folder.Path);

        var (exitCode, output) = await ServerProcess.RunToExitAsync(folder.Path);

        Assert.NotEqual(0, exitCode);
        Assert.Contains("webcoord.db", output, StringComparison.Ordinal);
        Assert.Contains("in use", output, StringComparison.OrdinalIgnoreCase);
        using var response = await first.Client.PutAsync("/v1/data/still-serving", new StringContent("yes"));
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
    }

    [Fact]
    public async Task Snapshots_are_taken_and_the_log_is_trimmed_while_writes_go_on()
    {
        using var folder = new TemporaryFolder();
        var writers = Enumerable.Range(0, 3).Select(number => new DurableWriter(number, new Random(number))).ToList();
        await using (var server = await ServerProcess.StartAsync(folder.Path, "--WebCoord:Log:SnapshotRequests=100"))
        {
            using var created = await server.Client.PutAsync($"/v1/data{DurableWriter.Queue}", new StringContent(""));
            using var stop = new CancellationTokenSource();
            var writing = writers.Select(writer => writer.RunAsync(server.Client, stop.Token)).ToList();
            await EnoughAsync(writers);
            await stop.CancelAsync();
            await Task.WhenAll(writing);
            await server.KillAsync();
        }

        var files = Directory.GetFiles(Path.Combine(folder.Path, "data")).Select(Path.GetFileName).ToList();
        var snapshots = files.Count(file => file!.Contains("snapshot", StringComparison.Ordinal)
            && !file.Contains(".new", StringComparison.Ordinal));
        Assert.True(snapshots is 1 or 2, string.Create(
            CultureInfo.InvariantCulture, $"{snapshots} snapshots among {string.Join(", ", files)}"));
        await using var again = await ServerProcess.StartAsync(folder.Path);
        await Task.WhenAll(writers.Select(writer => writer.VerifyAsync(again.Client)));
    }

    private static async Task EnoughAsync(List<DurableWriter> writers)
    {
        var deadline = DateTime.UtcNow.AddSeconds(60);
        while (writers.Sum(writer => writer.Acknowledged) < 1_000)
        {
            Assert.True(DateTime.UtcNow < deadline, "Fewer than 1,000 writes were acknowledged within a minute.");
            await Task.Delay(50);
        }
    }
}
