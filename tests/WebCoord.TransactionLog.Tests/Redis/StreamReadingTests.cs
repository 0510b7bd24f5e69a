using WebCoord.Core;
using WebCoord.TransactionLog.Redis;

namespace WebCoord.TransactionLog.Tests.Redis;

/// <summary>The stream is read to its end and no further, whatever others put into it meanwhile.</summary>
public sealed class StreamReadingTests(RunningRedis redis) : IClassFixture<RunningRedis>
{
    [RedisFact]
    public async Task A_log_is_opened_though_others_append_faster_than_it_reads()
    {
        await using var proxy = new TcpProxy(redis.Server.Port) { AnswersTake = TimeSpan.FromMilliseconds(50) };
        var options = RedisLogs.Options(redis.Server);
        await using var writer = await RedisLogs.OpenAsync(options);
        var client = new AppendingClient(writer, "busy");
        using var stop = new CancellationTokenSource();
        var running = Task.Run(() => client.RunAsync(stop.Token));
        try
        {
            await Eventually.HoldsAsync(() => Task.FromResult(client.Acknowledged > 20));
            var opening = RedisLogs.OpenAsync(options with { Configuration = proxy.Endpoint });
            await using var slow = await opening.WaitAsync(Puts.Patience);
            Assert.False(running.IsCompleted);
        }
        finally
        {
            await stop.CancelAsync();
            await running;
        }
    }

    [RedisFact]
    public async Task Large_entries_after_many_small_ones_are_not_read_all_at_once()
    {
        const int large = 700_000;
        var options = RedisLogs.Options(redis.Server);
        await using var log = await RedisLogs.OpenAsync(options);
        var small = Enumerable.Range(1, 300).Select(i => log.AppendAsync(i, Puts.Batch(1), CancellationToken.None));
        await Task.WhenAll(small.ToList());
        await log.AppendAsync(301, 6, large);

        await using var connection = await RedisConnection.OpenAsync(options, new RedisKeys(options.Prefix),
            options.Timeout, CancellationToken.None);
        var counts = new List<int>();
        for (var after = Zxid.None; counts.Count == 0 || counts[^1] > 0;)
        {
            var read = await EntryStream.ReadAsync(connection, after, CancellationToken.None);
            Assert.True(read.Sum(entry => entry.Payload.Length) < 3 * large);
            counts.Add(read.Count);
            after = read.Count > 0 ? read[^1].LastZxid : after;
        }

        Assert.Equal(306, counts.Sum());
        Assert.True(counts[0] > 50);
    }

    [RedisFact]
    public async Task What_somebody_else_put_into_the_stream_is_told_as_damage()
    {
        var options = RedisLogs.Options(redis.Server);
        await using var log = await RedisLogs.OpenAsync(options);
        var last = (await log.AppendAsync(1, 2))[1];
        await redis.Server.AskAsync("XADD", $"{{{options.Prefix}}}:log", "*", "some", "thing");
        var refusal = await Assert.ThrowsAsync<LogRefusedException>(() => log.TakeAsync(last.Position(), 1));
        Assert.Contains("is damaged", refusal.Message, StringComparison.Ordinal);
    }

    [RedisFact]
    public async Task A_look_waits_for_another_handshake_where_Redis_has_forgotten_the_scripts()
    {
        await using var server = await RedisServer.StartAsync();
        await using var log = await RedisLogs.OpenAsync(RedisLogs.Options(server));
        var last = (await log.AppendAsync(1, 1))[0];
        await server.AskAsync("SCRIPT", "FLUSH");
        Assert.Equal(last.Position(), await log.LookAsync(null, CancellationToken.None));
    }
}
