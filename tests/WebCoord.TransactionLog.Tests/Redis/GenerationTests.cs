using System.Net;
using System.Net.Sockets;
using WebCoord.TransactionLog.Redis;

namespace WebCoord.TransactionLog.Tests.Redis;

/// <summary>Another Redis process, another history of it, and entries that are gone: all are noticed before anything is
/// believed of it.</summary>
public sealed class GenerationTests
{
    /// <summary>Between the looks of a log that is to notice nothing by itself.</summary>
    private static readonly TimeSpan Never = TimeSpan.FromHours(1);

    [RedisFact]
    public async Task A_restarted_Redis_begins_a_new_epoch_and_readers_go_on()
    {
        await using var server = await RedisServer.StartAsync();
        var options = RedisLogs.Options(server);
        await using var log = await RedisLogs.OpenAsync(options);
        await using var other = await RedisLogs.OpenAsync(options);
        var reading = other.TakeAsync(LogPosition.Start, 4);
        var before = await log.AppendAsync(1, 2);
        await server.RestartAsync();
        await RedisLogs.AnswersAsync(log);
        await RedisLogs.AnswersAsync(other);
        var after = await log.AppendAsync(3, 2);
        Assert.True(after[0].LastZxid.Epoch > before[1].LastZxid.Epoch);
        Assert.Equal(1u, after[0].LastZxid.Counter);
        Assert.Equal(Puts.Content([.. before, .. after]), Puts.Content(await reading));
        Assert.Equal(0, other.Regressions);
    }

    [RedisFact]
    public async Task A_master_that_was_demoted_and_promoted_again_is_a_new_generation_to_appends_and_looks()
    {
        await using var server = await RedisServer.StartAsync();
        await using var elsewhere = await RedisServer.StartAsync();
        var options = RedisLogs.Options(server) with { LookInterval = Never };
        await using var appender = await RedisLogs.OpenAsync(options);
        await using var looker = await RedisLogs.OpenAsync(options);
        var before = (await appender.AppendAsync(1, 1))[0];
        await server.AskAsync("REPLICAOF", "127.0.0.1", "1");
        await server.PromoteAsync();

        // In this order: the look must not find that the append has shaken hands already.
        Assert.Equal(before.Position(), await looker.LookAsync(null, CancellationToken.None));
        Assert.NotEqual(before.LastZxid.Epoch, await EpochAsync(server, options));
        await server.AskAsync("REPLICAOF", "127.0.0.1", "1");
        await server.PromoteAsync();
        var between = await EpochAsync(server, options);
        var refusal = await Assert.ThrowsAsync<LogUnavailableException>(
            () => appender.AppendAsync(2, Puts.Batch(1), CancellationToken.None));
        Assert.True(refusal.OutcomeKnown);
        await RedisLogs.AnswersAsync(appender);
        var after = (await appender.AppendAsync(3, 1))[0];
        Assert.True(after.LastZxid.Epoch > between);
    }

    [RedisFact]
    public async Task A_master_that_is_demoted_takes_nothing()
    {
        await using var server = await RedisServer.StartAsync();
        await using var log = await RedisLogs.OpenAsync(
            RedisLogs.Options(server) with { Timeout = TimeSpan.FromSeconds(3) });
        await log.AppendAsync(1, 1);
        await server.AskAsync("REPLICAOF", "127.0.0.1", "1");
        var refusal = await Assert.ThrowsAsync<LogUnavailableException>(
            () => log.AppendAsync(2, Puts.Batch(1), CancellationToken.None));
        Assert.True(refusal.OutcomeKnown);
        await Assert.ThrowsAsync<LogUnavailableException>(() => log.LookAsync(null, CancellationToken.None).AsTask());
        await server.PromoteAsync();
        await RedisLogs.AnswersAsync(log);
        var after = (await log.AppendAsync(3, 1))[0];
        Assert.Equal(after.Position(), (await log.TakeAsync(LogPosition.Start, 2))[1].Position());
    }

    [RedisFact]
    public async Task Entries_that_a_promoted_replica_lacks_are_a_regression_to_everyone_who_saw_them()
    {
        await using var master = await RedisServer.StartAsync();
        await using var replica = await RedisServer.StartReplicaOfAsync(master);
        var options = RedisLogs.Options(master) with { Configuration = $"{master.Endpoint},{replica.Endpoint}" };
        await using var first = await RedisLogs.OpenAsync(options);
        await using var second = await RedisLogs.OpenAsync(options);
        var kept = await first.AppendAsync(1, 3);
        await replica.CatchUpAsync(master);
        await replica.PromoteAsync();
        var lost = await first.AppendAsync(4, 2);
        var everything = await second.TakeAsync(LogPosition.Start, 5);
        Assert.Equal(Puts.Content([.. kept, .. lost]), Puts.Content(everything));
        var waiting = new[] { first, second }.Select(log => log.TakeAsync(lost[1].Position(), 1)).ToList();

        await master.KillAsync();

        foreach (var reader in waiting)
        {
            await Assert.ThrowsAsync<LogRegressedException>(() => reader);
        }

        await RedisLogs.AnswersAsync(first);
        await RedisLogs.AnswersAsync(second);
        var fresh = (await first.AppendAsync(6, 1))[0];
        Assert.True(fresh.LastZxid.Epoch > lost[1].LastZxid.Epoch);
        Assert.Equal(
            Puts.Content([.. kept, fresh]),
            Puts.Content(await second.TakeAsync(LogPosition.Start, 4)));
        await Assert.ThrowsAsync<LogRegressedException>(() => second.TakeAsync(lost[0].Position(), 1));
    }

    [RedisFact]
    public async Task A_replica_that_dies_is_none_of_the_log_s_business()
    {
        await using var master = await RedisServer.StartAsync();
        await using var replica = await RedisServer.StartReplicaOfAsync(master);
        var options = RedisLogs.Options(master) with { Configuration = $"{master.Endpoint},{replica.Endpoint}" };
        await using var log = await RedisLogs.OpenAsync(options);
        var before = (await log.AppendAsync(1, 1))[0];
        await replica.KillAsync();

        // Whoever connects to it again has noticed that it is gone.
        using (var grave = new TcpListener(IPAddress.Loopback, replica.Port))
        {
            grave.Start();
            using var noticed = await grave.AcceptTcpClientAsync().WaitAsync(Puts.Patience);
        }

        await RedisLogs.AnswersAsync(log);
        Assert.Equal(before.Incarnation, (await log.AppendAsync(2, 1))[0].Incarnation);
    }

    [RedisFact]
    public async Task Data_that_was_put_back_is_a_regression()
    {
        await using var server = await RedisServer.StartAsync();
        var options = RedisLogs.Options(server);
        await using var log = await RedisLogs.OpenAsync(options);
        var kept = await log.AppendAsync(1, 2);
        var copy = Directory.CreateTempSubdirectory("webcoord-redis-copy-").FullName;
        try
        {
            Copy(Path.Combine(server.Folder, "appendonlydir"), copy);
            var lost = await log.AppendAsync(3, 2);
            var waiting = log.TakeAsync(lost[1].Position(), 1);
            await server.KillAsync();
            Copy(copy, Path.Combine(server.Folder, "appendonlydir"));
            await server.RestartAsync();
            await Assert.ThrowsAsync<LogRegressedException>(() => waiting);
            Assert.Equal(Puts.Content(kept), Puts.Content(await log.TakeAsync(LogPosition.Start, 2)));
        }
        finally
        {
            Directory.Delete(copy, recursive: true);
        }

        static void Copy(string from, string to)
        {
            foreach (var file in Directory.GetFiles(from))
            {
                File.Copy(file, Path.Combine(to, Path.GetFileName(file)), overwrite: true);
            }
        }
    }

    [RedisFact]
    public async Task Keys_that_were_put_back_in_a_running_Redis_are_a_regression_to_appends_and_looks()
    {
        await using var server = await RedisServer.StartAsync();
        var options = RedisLogs.Options(server) with { LookInterval = Never };
        await using var appender = await RedisLogs.OpenAsync(options);
        await using var looker = await RedisLogs.OpenAsync(options);
        var kept = (await appender.AppendAsync(1, 1))[0];
        await CopyAsync("", "copy-");
        var lost = (await appender.AppendAsync(2, 1))[0];
        Assert.Equal(lost.Position(), (await looker.TakeAsync(LogPosition.Start, 2))[1].Position());
        await CopyAsync("copy-", "");

        // Not before the two of them: whoever comes first begins a new generation.
        var appending = appender.AppendAsync(3, Puts.Batch(1), CancellationToken.None);
        var looking = looker.LookAsync(null, CancellationToken.None).AsTask();
        await Assert.ThrowsAsync<LogUnavailableException>(() => appending);
        Assert.Equal(kept.Position(), await looking);
        await RedisLogs.AnswersAsync(appender);
        await Assert.ThrowsAsync<LogRegressedException>(() => appender.TakeAsync(lost.Position(), 1));
        await Assert.ThrowsAsync<LogRegressedException>(() => looker.TakeAsync(lost.Position(), 1));
        Assert.True((await appender.AppendAsync(4, 1))[0].LastZxid.Epoch > lost.LastZxid.Epoch);

        async Task CopyAsync(string from, string to)
        {
            var tag = $"{{{options.Prefix}}}:";
            using var connection = await server.ConnectAsync();
            await connection.AskAsync("MULTI");
            await connection.AskAsync("COPY", $"{tag}{from}head", $"{tag}{to}head", "REPLACE");
            await connection.AskAsync("COPY", $"{tag}{from}log", $"{tag}{to}log", "REPLACE");
            await connection.AskAsync("EXEC");
        }
    }

    [RedisFact]
    public async Task Whoever_has_another_generation_than_the_head_is_refused_until_hands_are_shaken()
    {
        await using var server = await RedisServer.StartAsync();
        var options = RedisLogs.Options(server) with { LookInterval = Never };
        await using var log = await RedisLogs.OpenAsync(options);
        await log.AppendAsync(1, 1);
        await server.AskAsync("HSET", $"{{{options.Prefix}}}:head", "nonce", "of another instance");
        var refusal = await Assert.ThrowsAsync<LogUnavailableException>(
            () => log.AppendAsync(2, Puts.Batch(1), CancellationToken.None));
        Assert.True(refusal.OutcomeKnown);
        await RedisLogs.AnswersAsync(log);
        Assert.Equal(2, (await log.AppendAsync(3, 1))[0].LastZxid.Value);
    }

    [RedisFact]
    public async Task An_epoch_is_not_used_twice_though_every_trace_of_it_was_lost()
    {
        await using var master = await RedisServer.StartAsync();
        await using var replica = await RedisServer.StartReplicaOfAsync(master);
        var options = RedisLogs.Options(master);
        int lostEpoch;
        await using (var log = await RedisLogs.OpenAsync(options))
        {
            await log.AppendAsync(1, 1);
            await replica.CatchUpAsync(master);
            await replica.PromoteAsync();
            await Task.Delay(1_100);
            await master.RestartAsync();
            await RedisLogs.AnswersAsync(log);
            lostEpoch = (await log.AppendAsync(2, 1))[0].LastZxid.Epoch;
        }

        await master.KillAsync();
        await Task.Delay(1_100);
        await using var newcomer = await RedisLogs.OpenAsync(options with { Configuration = replica.Configuration });
        Assert.True((await newcomer.AppendAsync(1, 1))[0].LastZxid.Epoch > lostEpoch);
    }

    [RedisFact]
    public async Task Generations_that_begin_at_once_from_the_same_traces_have_epochs_of_their_own()
    {
        await using var server = await RedisServer.StartAsync();
        var options = RedisLogs.Options(server);
        var head = $"{{{options.Prefix}}}:head";
        await using (await RedisLogs.OpenAsync(options))
        {
            // As if the clock had been put back since.
            await server.AskAsync("HSET", head, "made", "4000000000", "run-id", "another");
            await server.AskAsync("COPY", head, head + "-copy");
        }

        var epochs = new HashSet<int>();
        for (var i = 0; i < 4; i++)
        {
            await server.AskAsync("COPY", head + "-copy", head, "REPLACE");
            await using var log = await RedisLogs.OpenAsync(options);
            epochs.Add(await EpochAsync(server, options));
        }

        // Chance may give two of them the same, but not all.
        Assert.True(epochs.Count > 1);
    }

    private static async Task<int> EpochAsync(RedisServer server, RedisLogOptions options) => int.Parse(
        (await server.AskAsync("HGET", $"{{{options.Prefix}}}:head", "generation-epoch")).Text!,
        System.Globalization.CultureInfo.InvariantCulture);
}
