using System.Globalization;
using System.Text.RegularExpressions;
using WebCoord.Server.Tests.EndToEnd;

namespace WebCoord.Server.Tests.Wire.FourLetterWords;

/// <summary>What operators are told, by the real server.</summary>
public sealed class FourLetterWordTests(WordServer server) : IClassFixture<WordServer>
{
    [Theory]
    [InlineData("ruok", "imok")]
    [InlineData("ruok\n", "imok")]
    [InlineData("ruok\r\n and more than anybody asked for", "imok")]
    [InlineData("isro", "rw")]
    [InlineData("gtmk", "0")]
    [InlineData("stmk\0\0\0\0\0\0\0\u0001", "0")]
    [InlineData("crst", "Connection stats reset.\n")]
    [InlineData("srst", "Server stats reset.\n")]
    public async Task A_word_is_answered_to_the_letter_and_the_connection_ends(string sent, string answer) =>
        Assert.Equal(answer, await server.AskAsync(sent));

    [Fact]
    public async Task A_word_may_come_letter_by_letter()
    {
        await using var client = await WireClient.ConnectAsync(server.Port);
        foreach (var letter in "ruok"u8.ToArray())
        {
            await client.SendAsync((byte[])[letter]);
        }

        Assert.Equal("imok"u8.ToArray(), await client.ReceiveToEndAsync());
    }

    [Fact]
    public async Task A_Telnet_client_may_leave()
    {
        await using var client = await WireClient.ConnectAsync(server.Port);
        await client.SendAsync((byte[])[0xFF, 0xF4, 0xFF, 0xFD]);

        Assert.Empty(await client.ReceiveToEndAsync());
    }

    [Fact]
    public async Task The_version_says_which_ZooKeeper_to_expect()
    {
        var version = VersionOf(await server.AskAsync("srvr"));

        Assert.Matches(@"^3\.9\.\d+-webcoord-\d+\.\d+\.\d+, built on \d{4}-\d\d-\d\d \d\d:\d\d UTC$", version);
        Assert.StartsWith($"Environment:\nzookeeper.version={version}\n", await server.AskAsync("envi"),
            StringComparison.Ordinal);
        Assert.StartsWith($"zk_version\t{version}\nzk_server_state\tstandalone\n", await server.AskAsync("mntr"),
            StringComparison.Ordinal);

        static string VersionOf(string answer) => answer.Split('\n')[0]["Zookeeper version: ".Length..];
    }

    [Fact]
    public async Task The_service_counts_what_its_connections_did_also_when_they_are_gone()
    {
        await using (var client = await WireClient.OpenAsync(server.Port))
        {
            await server.AskAsync("srst");
            for (var i = 0; i < 5; i++)
            {
                await client.CallAsync(WireOp.GetData, WireBody.Read("/"));
            }

            await client.CallAsync(WireOp.SetData, WireBody.SetData("/", [1]));
            Assert.Equal(6, Number(@"recved=(\d+)", LineOf(await server.AskAsync("stat"), client)) - 1);
            await client.CallAsync(WireOp.CloseSession);
        }

        var answer = await server.AskAsync("srvr");
        Assert.InRange(Number(@"Received: (\d+)", answer), 8, 20);
        Assert.InRange(Number(@"Sent: (\d+)", answer), 7, 19);
        Assert.Contains("\nMode: standalone\nNode count: ", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_is_shown_with_its_session_and_begins_again_when_asked_to()
    {
        await using var client = await WireClient.OpenAsync(server.Port, new Handshake { Timeout = 12_000 });
        await client.CallAsync(WireOp.Exists, WireBody.Read("/", watch: true));

        var line = LineOf(await server.AskAsync("cons"), client);
        Assert.Matches(@"\(queued=0,recved=2,sent=2,sid=0x[0-9a-f]+,lop=EXIS,est=\d+,to=12000,lcxid=0x1,lzxid=0x\w+,"
            + @"lresp=\d+,llat=\d+,minlat=\d+,avglat=\d+,maxlat=\d+\)$", line);
        await server.AskAsync("crst");
        Assert.EndsWith(",lop=NA,est=" + Number(@"est=(\d+)", line) + ",to=12000)",
            LineOf(await server.AskAsync("cons"), client), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Watches_of_the_hub_and_of_long_polls_are_not_shown_as_those_of_sessions()
    {
        await using var client = await WireClient.OpenAsync(server.Port);
        await client.CallAsync(WireOp.AddWatch, WireBody.PathAndKind("/watched", 1));
        await client.CallAsync(WireOp.Create, WireBody.Create("/polled"));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/nodes/polled?wait=30s");
        using (var now = await server.Http.GetAsync("/v1/nodes/polled"))
        {
            request.Headers.IfNoneMatch.Add(now.Headers.ETag!);
        }

        using var poll = server.Http.SendAsync(request);
        await UntilAsync(async () => Number(@"zk_watch_count\t(\d+)", await server.AskAsync("mntr")) >= 2);

        Assert.DoesNotContain("/polled", await server.AskAsync("wchp"), StringComparison.Ordinal);
        Assert.Contains($"0x{client.Session!.SessionId:x}\n\t/watched\n", await server.AskAsync("wchc"),
            StringComparison.Ordinal);
        await client.CallAsync(WireOp.SetData, WireBody.SetData("/polled", [1]));
        Assert.Equal(200, (int)(await poll).StatusCode);
    }

    [Fact]
    public async Task The_metrics_count_connections_and_frames_apart_from_those_of_the_hub()
    {
        await using var client = await WireClient.OpenAsync(server.Port);
        await client.CallAsync(WireOp.Exists, WireBody.Read("/"));

        var metrics = await server.Http.GetStringAsync("/metrics");
        Assert.InRange(Number(@"\nwebcoord_wire_connections (\d+)", metrics), 1, 10);
        Assert.InRange(Number(@"\nwebcoord_wire_frames_received_total (\d+)", metrics), 2, 1_000);
        Assert.InRange(Number(@"\nwebcoord_wire_frames_sent_total (\d+)", metrics), 2, 1_000);
        Assert.Equal(0, Number(@"\nwebcoord_hub_connections (\d+)", metrics));
    }

    [Fact]
    public async Task Words_that_are_not_in_the_list_are_refused_with_the_sentence_that_scripts_know()
    {
        using var folder = new TemporaryFolder();
        var port = FreePort.Next();
        await using var modest = await ServerProcess.StartAsync(folder.Path,
            string.Create(CultureInfo.InvariantCulture, $"--WebCoord:ZooKeeper:Port={port}"));

        Assert.Equal("wchp is not executed because it is not in the whitelist.\n",
            await WordServer.AskAsync(port, "wchp"));
        Assert.Equal("crst is not executed because it is not in the whitelist.\n",
            await WordServer.AskAsync(port, "crst"));
        foreach (var word in (string[])["ruok", "srvr", "stat", "mntr", "envi", "conf", "cons", "isro", "dump", "wchs"])
        {
            Assert.DoesNotContain("not executed", await WordServer.AskAsync(port, word), StringComparison.Ordinal);
        }
    }

    private static string LineOf(string answer, WireClient client) => Assert.Single(answer.Split('\n'),
        line => line.Contains($":{client.LocalPort}[", StringComparison.Ordinal));

    private static long Number(string pattern, string text) =>
        long.Parse(Regex.Match(text, pattern).Groups[1].Value, CultureInfo.InvariantCulture);

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        for (var i = 0; !await holds(); i++)
        {
            Assert.True(i < 600, "It never came to be.");
            await Task.Delay(50);
        }
    }
}
