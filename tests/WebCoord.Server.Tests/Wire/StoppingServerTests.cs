using System.Globalization;
using WebCoord.Server.Tests.EndToEnd;

namespace WebCoord.Server.Tests.Wire;

/// <summary>What clients of a real server see of its stop.</summary>
public sealed class StoppingServerTests
{
    [Fact]
    public async Task A_server_that_is_told_to_stop_answers_every_write_that_it_took_and_keeps_it()
    {
        using var folder = new TemporaryFolder();
        var port = FreePort.Next();
        var listen = string.Create(CultureInfo.InvariantCulture, $"--WebCoord:ZooKeeper:Port={port}");
        int answered;
        await using (var server = await ServerProcess.StartAsync(folder.Path, listen))
        {
            await using var client = await WireClient.OpenAsync(port);
            await client.CreateAsync("/p").SucceedsAsync();
            var sending = SendUntilClosedAsync(client);
            for (answered = 0; answered < 100; answered++)
            {
                Assert.Equal((answered, 0), await NextAsync(client));
            }

            var stopping = server.StopAsync();
            while (await NextAsync(client) is { } reply)
            {
                Assert.Equal((answered, 0), reply);
                answered++;
            }

            await sending;
            Assert.Equal(0, await stopping);
        }

        await using var again = await ServerProcess.StartAsync(folder.Path, listen);
        await using var reader = await WireClient.OpenAsync(port);
        var kept = (await reader.GetChildrenAsync("/p")).Reader().Texts()!;
        Assert.Equal(Enumerable.Range(0, answered).Select(PathOf),
            kept.Select(name => $"/p/{name}").Order(StringComparer.Ordinal));
    }

    private static string PathOf(int number) => $"/p/{number:D8}";

    private static async Task<(int Xid, int Error)?> NextAsync(WireClient client) =>
        await client.ReceiveAsync() is { } reply ? (reply.Xid, reply.Error) : null;

    /// <summary>Pipelines creations without an end.</summary>
    private static async Task SendUntilClosedAsync(WireClient client)
    {
        try
        {
            for (var xid = 0; ; xid += 10)
            {
                await client.SendAllAsync(Enumerable.Range(xid, 10).Select(number =>
                    WireClient.Request(number, WireOp.Create, WireBody.Create(PathOf(number)))));
                await Task.Delay(5);
            }
        }
        catch (IOException)
        {
            // The server closed the connection, as it should.
        }
    }
}
