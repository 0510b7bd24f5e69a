using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace WebCoord.Server.Tests.EndToEnd.Durability;

/// <summary>A full disk stops writes, says so, leaves reads alone, and is forgotten once there is space.</summary>
public sealed class FullDiskTests
{
    private static readonly byte[] Data = new byte[100_000];

    [RootFact]
    public async Task A_full_disk_refuses_writes_and_serves_reads_until_there_is_space_again()
    {
        await using var disk = await SmallDisk.MountAsync(megabytes: 16);
        var written = 0;
        await using (var server = await ServerProcess.StartAsync(disk.Path))
        {
            written = await FillAsync(server.Client);
            Assert.InRange(written, 10, 160);

            await AssertReadableAsync(server.Client, written);
            using var alive = await server.Client.GetAsync("/health/live");
            Assert.Equal(HttpStatusCode.OK, alive.StatusCode);

            disk.FreeHalf();
            await WriteAgainAsync(server.Client, written++);
        }

        await using var again = await ServerProcess.StartAsync(disk.Path);
        await AssertReadableAsync(again.Client, written);
    }

    /// <summary>With a session alive, a start wants to write that sessions start afresh: it must not depend on it.
    /// </summary>
    [RootFact]
    public async Task A_start_on_a_full_disk_serves_reads_and_writes_once_there_is_space_again()
    {
        await using var disk = await SmallDisk.MountAsync(megabytes: 16);
        await using (var server = await ServerProcess.StartAsync(disk.Path))
        {
            using var opened = await server.Client.PostAsJsonAsync("/v1/sessions", new { timeoutMs = 60_000 });
            Assert.Equal(HttpStatusCode.Created, opened.StatusCode);
            await WriteAgainAsync(server.Client, 0);
            await server.KillAsync();
        }

        // From outside: writes that the server is refused leave room in its journal, which small ones then fit.
        disk.FillUp();
        await using var again = await ServerProcess.StartAliveAsync(disk.Path);
        using var ready = await again.Client.GetAsync("/health/ready");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        await AssertReadableAsync(again.Client, 1);
        using var refused = await again.Client.PutAsync(PathOf(1), new ByteArrayContent([1]));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);

        disk.FreeHalf();
        await WriteAgainAsync(again.Client, 1);
    }

    /// <summary>Writes nodes until one is refused; returns how many were acknowledged.</summary>
    private static async Task<int> FillAsync(HttpClient client)
    {
        for (var number = 0; ; number++)
        {
            using var response = await client.PutAsync(PathOf(number), new ByteArrayContent(Data));
            if (response.StatusCode == HttpStatusCode.Created)
            {
                continue;
            }

            var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
            Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
            Assert.Equal("log-unavailable", problem.GetProperty("code").GetString());
            Assert.Equal("not-applied", problem.GetProperty("outcome").GetString());
            Assert.NotNull(response.Headers.RetryAfter);
            return number;
        }
    }

    private static async Task WriteAgainAsync(HttpClient client, int number)
    {
        for (var attempt = 0; attempt < 300; attempt++)
        {
            using var response = await client.PutAsync(PathOf(number), new ByteArrayContent(Data));
            if (response.IsSuccessStatusCode)
            {
                return;
            }

            Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
            await Task.Delay(100);
        }

        Assert.Fail("Writes are still refused half a minute after there was space again.");
    }

    private static async Task AssertReadableAsync(HttpClient client, int count)
    {
        for (var number = 0; number < count; number++)
        {
            Assert.Equal(Data, await client.GetByteArrayAsync(PathOf(number)));
        }

        using var refused = await client.GetAsync(PathOf(count));
        Assert.Equal(HttpStatusCode.NotFound, refused.StatusCode);
    }

    private static string PathOf(int number) => string.Create(CultureInfo.InvariantCulture, $"/v1/data/block-{number}");
}
