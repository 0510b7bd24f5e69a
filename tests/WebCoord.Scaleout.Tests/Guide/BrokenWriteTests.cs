using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using WebCoord.Server.Tests.EndToEnd;

namespace WebCoord.Scaleout.Tests.Guide;

/// <summary>What the nginx of <c>docs/scale-out.md</c> does with a write whose instance dies.</summary>
public sealed class BrokenWriteTests
{
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(60);

    /// <summary>These are the writes that a proxy takes for safe to repeat: nothing but its configuration keeps it from
    /// that.</summary>
    [ProgramTheory("nginx")]
    [InlineData("DELETE", "/v1/nodes/a")]
    [InlineData("PUT", "/v1/data/a")]
    public async Task A_write_that_nobody_answered_is_sent_to_no_other_instance(string method, string target)
    {
        using var folder = new TemporaryFolder();
        await using var instances = new DeafInstances();
        var port = FreePort.Next();
        await using var nginx = Proxy.Start(folder.Path, port, instances.Ports);
        using var client = new HttpClient
        {
            BaseAddress = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}")),
        };
        await UntilListeningAsync(port, nginx);

        using var request = new HttpRequestMessage(new HttpMethod(method), target);
        using var answer = await client.SendAsync(request);

        Assert.Equal(HttpStatusCode.GatewayTimeout, answer.StatusCode);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("unknown", problem.GetProperty("outcome").GetString());
        Assert.Equal(1, instances.Requests);
    }

    /// <summary>Sends nothing yet: nginx leaves an instance alone that has failed.</summary>
    private static async Task UntilListeningAsync(int port, CommandLine nginx)
    {
        for (var watch = Stopwatch.StartNew(); ; await Task.Delay(20))
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, port);
                return;
            }
            catch (SocketException)
            {
                Assert.True(watch.Elapsed < MaxWait && !nginx.HasExited, nginx.Output);
            }
        }
    }
}
