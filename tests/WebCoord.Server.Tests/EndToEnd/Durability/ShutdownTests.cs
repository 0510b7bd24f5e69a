using System.Globalization;
using System.Net;
using System.Net.Http.Json;

namespace WebCoord.Server.Tests.EndToEnd.Durability;

/// <summary>What happens to data and to requests under way when the server is asked to stop.</summary>
public sealed class ShutdownTests
{
    [Fact]
    public async Task A_server_that_is_asked_to_stop_ends_with_0_and_keeps_every_acknowledged_write()
    {
        using var folder = new TemporaryFolder();
        var writers = Enumerable.Range(0, 3).Select(number => new DurableWriter(number, new Random(number))).ToList();
        await using (var server = await ServerProcess.StartAsync(folder.Path))
        {
            using var created = await server.Client.PostAsJsonAsync(
                $"/v1/nodes{DurableWriter.Queue}", new { data = "" });
            var writing = writers.Select(writer => writer.RunAsync(server.Client, CancellationToken.None)).ToList();
            await Task.Delay(300);
            Assert.Equal(0, await server.StopAsync());
            await Task.WhenAll(writing);
        }

        await using var again = await ServerProcess.StartAsync(folder.Path);
        await Task.WhenAll(writers.Select(writer => writer.VerifyAsync(again.Client)));
        Assert.All(writers, writer => Assert.True(writer.Acknowledged > 0));
    }

    [Fact]
    public async Task Writes_under_way_when_the_server_is_asked_to_stop_are_still_answered()
    {
        const int count = 10;
        using var folder = new TemporaryFolder();
        await using (var server = await ServerProcess.StartAsync(folder.Path))
        {
            using var handler = new SocketsHttpHandler { Expect100ContinueTimeout = Timeout.InfiniteTimeSpan };
            using var client = new HttpClient(handler) { BaseAddress = server.Address };
            var bodies = Enumerable.Range(0, count).Select(_ => new HeldContent("kept"u8.ToArray())).ToList();
            var answers = bodies.Select((body, number) => PutAsync(client, Path(number), body)).ToList();
            await Task.WhenAll(bodies.Select(body => body.Asked));

            await server.SignalAsync("TERM");
            await Task.Delay(200);
            bodies.ForEach(body => body.Release());

            Assert.All(await Task.WhenAll(answers), status => Assert.Equal(HttpStatusCode.Created, status));
            Assert.Equal(0, await server.WaitForExitAsync());
        }

        await using var again = await ServerProcess.StartAsync(folder.Path);
        for (var number = 0; number < count; number++)
        {
            Assert.Equal("kept", await again.Client.GetStringAsync($"/v1/data/{Path(number)}"));
        }
    }

    [Fact]
    public async Task A_long_poll_does_not_hold_up_the_end_of_the_server()
    {
        using var folder = new TemporaryFolder();
        await using var server = await ServerProcess.StartAsync(folder.Path);
        using var poll = new HttpRequestMessage(HttpMethod.Get, "/v1/nodes/not-yet?wait=120s");
        poll.Headers.TryAddWithoutValidation("If-None-Match", "\"absent\"");
        var answer = server.Client.SendAsync(poll);
        await Task.Delay(500);
        Assert.False(answer.IsCompleted);

        // The host itself waits 30 s for requests under way and then cuts them; a poll must not need that.
        var stopping = DateTime.UtcNow;
        Assert.Equal(0, await server.StopAsync());
        Assert.InRange(DateTime.UtcNow - stopping, TimeSpan.Zero, TimeSpan.FromSeconds(25));
        using var response = await answer;
        Assert.True(response.StatusCode is HttpStatusCode.NotModified or HttpStatusCode.ServiceUnavailable);
    }

    private static string Path(int number) => string.Create(CultureInfo.InvariantCulture, $"held-{number}");

    private static async Task<HttpStatusCode> PutAsync(HttpClient client, string path, HttpContent body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/v1/data/{path}") { Content = body };
        request.Headers.ExpectContinue = true;
        using var response = await client.SendAsync(request);
        return response.StatusCode;
    }
}
