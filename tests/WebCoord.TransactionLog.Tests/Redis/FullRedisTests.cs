using WebCoord.Core;
using WebCoord.TransactionLog.Redis;

namespace WebCoord.TransactionLog.Tests.Redis;

/// <summary>A Redis that answers but refuses writes: its memory is full, or its replicas are gone.</summary>
public sealed class FullRedisTests
{
    [RedisFact]
    public async Task A_full_Redis_refuses_appends_by_name_and_all_else_goes_on()
    {
        await using var server = await RedisServer.StartAsync();
        var options = RedisLogs.Options(server);
        await using var log = await RedisLogs.OpenAsync(options);
        var entries = await log.AppendAsync(1, 6);
        await log.SaveSnapshotAsync(Puts.StateAt(entries[2]), CancellationToken.None);
        await log.SaveSnapshotAsync(Puts.StateAt(entries[4]), CancellationToken.None);
        await server.SetAsync("maxmemory", "1");
        await AreRefusedAsync(log, 7, "CONFIG SET maxmemory");
        await Assert.ThrowsAsync<LogUnavailableException>(
            () => log.SaveSnapshotAsync(Puts.StateAt(entries[5]), CancellationToken.None));

        Assert.Equal(entries[5].Position(), await log.LookAsync(null, CancellationToken.None));
        await using var other = await RedisLogs.OpenAsync(options);
        Assert.Equal(entries[4].LastZxid, (await other.LoadSnapshotAsync([], CancellationToken.None))!.LastZxid);
        Assert.Equal(Puts.Content(entries[5..]), Puts.Content(await other.TakeAsync(entries[4].Position(), 1)));
        await log.TrimAsync(CancellationToken.None);
        Assert.Equal(3, (await server.AskAsync("XLEN", $"{{{options.Prefix}}}:log")).Number);

        await server.SetAsync("maxmemory", "0");
        await GoesOnAsync(log, 13, entries[5]);
    }

    [RedisFact]
    public async Task A_Redis_without_the_replicas_it_must_have_refuses_appends_by_name()
    {
        await using var server = await RedisServer.StartAsync();
        await using var log = await RedisLogs.OpenAsync(RedisLogs.Options(server));
        var entry = (await log.AppendAsync(1, 1))[0];
        await server.SetAsync("min-replicas-to-write", "1");
        await AreRefusedAsync(log, 2, "min-replicas-to-write");
        Assert.Equal(entry.Position(), await log.LookAsync(null, CancellationToken.None));
        await server.SetAsync("min-replicas-to-write", "0");
        await GoesOnAsync(log, 8, entry);
    }

    /// <summary>Six appends, some of them under way at once.</summary>
    private static async Task AreRefusedAsync(RedisTransactionLog log, int sequence, string remedy)
    {
        var first = await RefusalAsync(log.AppendAsync(sequence, Puts.Batch(1), CancellationToken.None));
        Assert.Contains(remedy, first.Message, StringComparison.Ordinal);
        var atOnce = Enumerable.Range(sequence + 1, 4)
            .Select(next => log.AppendAsync(next, Puts.Batch(1), CancellationToken.None)).ToList();
        Assert.All(await Task.WhenAll(atOnce.Select(RefusalAsync)), refusal => Assert.True(refusal.OutcomeKnown));
        var last = await RefusalAsync(log.AppendAsync(sequence + 5, Puts.Batch(1), CancellationToken.None));
        Assert.Contains(remedy, last.Message, StringComparison.Ordinal);

        static Task<LogUnavailableException> RefusalAsync(Task<LogEntry> append) =>
            Assert.ThrowsAsync<LogUnavailableException>(() => append);
    }

    /// <summary>By the same link as before: nothing that was refused has broken it.</summary>
    private static async Task GoesOnAsync(RedisTransactionLog log, int sequence, LogEntry last)
    {
        var atOnce = Enumerable.Range(sequence, 3)
            .Select(next => log.AppendAsync(next, Puts.Batch(1), CancellationToken.None)).ToList();
        var entries = await Task.WhenAll(atOnce);
        Assert.All(entries, entry => Assert.Equal(last.Incarnation, entry.Incarnation));
        Assert.Equal(Puts.Content(entries), Puts.Content(await log.TakeAsync(last.Position(), 3)));
        Assert.Equal(last.LastZxid.Value + 1, entries[0].FirstZxid.Value);
    }
}
