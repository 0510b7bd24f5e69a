using System.Collections.Immutable;
using WebCoord.Core;
using WebCoord.Core.Commands;

namespace WebCoord.TransactionLog.Tests;

/// <summary>What every log promises.</summary>
public abstract class TransactionLogContract : IAsyncLifetime
{
    private ITransactionLog Log { get; set; } = null!;

    public async Task InitializeAsync()
    {
        Log = Make(LogPosition.Start);
        await Log.OpenAsync(CancellationToken.None);
    }

    public virtual async Task DisposeAsync() => await Log.DisposeAsync();

    /// <summary>An empty log that nobody else has.</summary>
    protected abstract ITransactionLog Make(LogPosition start);

    [LogFact]
    public void An_empty_log_has_the_start_as_its_head() => Assert.Equal(LogPosition.Start, Log.Head);

    [LogFact]
    public async Task A_batch_gets_one_zxid_per_request_after_the_head()
    {
        var first = await Log.AppendAsync(1, Puts.Batch(3), CancellationToken.None);
        var second = await Log.AppendAsync(2, Puts.Batch(500), CancellationToken.None);
        Assert.Equal((1, 3), (first.FirstZxid.Value, first.LastZxid.Value));
        Assert.Equal((4, 503), (second.FirstZxid.Value, second.LastZxid.Value));
        Assert.Equal((first.Incarnation, 2), (second.Incarnation, second.Sequence));
        Assert.Equal(second.Position(), Log.Head);
    }

    [LogFact]
    public async Task One_s_own_entries_are_known_from_those_of_others()
    {
        var entry = await Log.AppendAsync(1, Puts.Batch(1), CancellationToken.None);
        Assert.True(Log.IsOwn(entry));
        Assert.False(Log.IsOwn(entry with { Incarnation = entry.Incarnation + 1 }));
    }

    [LogFact]
    public async Task A_look_shows_what_was_appended()
    {
        Assert.Equal(LogPosition.Start, await Log.LookAsync(null, CancellationToken.None));
        var entries = await Log.AppendAsync(1, 2);
        Assert.Equal(entries[1].Position(), await Log.LookAsync(null, CancellationToken.None));
    }

    [LogFact]
    public async Task The_chain_hash_covers_the_entry_and_all_before_it()
    {
        var entries = await Log.AppendAsync(1, 2);
        Assert.Equal(Hash(ChainHash.Start, entries[0]), entries[0].ChainHash);
        Assert.Equal(Hash(entries[0].ChainHash, entries[1]), entries[1].ChainHash);

        static string Hash(string previous, LogEntry entry) => ChainHash.Next(previous, entry.FirstZxid, entry.LastZxid,
            entry.TimestampMs, CommandCodec.Encode(entry.Requests));
    }

    [LogFact]
    public async Task Entries_carry_their_encoded_size()
    {
        var entries = await Log.AppendAsync(1, 2);
        Assert.All(entries, entry => Assert.Equal(CommandCodec.Encode(entry.Requests).Length, entry.PayloadBytes));
    }

    [LogFact]
    public async Task Entries_carry_the_time_of_the_clock()
    {
        var before = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        var entry = await Log.AppendAsync(1, Puts.Batch(1), CancellationToken.None);
        Assert.InRange(entry.TimestampMs, before, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
    }

    [LogFact]
    public async Task Entries_are_read_in_order_from_any_position()
    {
        var entries = await Log.AppendAsync(1, 20);
        Assert.Equal(Puts.Content(entries), Puts.Content(await Log.TakeAsync(LogPosition.Start, 20)));
        Assert.Equal(Puts.Content(entries[8..]), Puts.Content(await Log.TakeAsync(entries[7].Position(), 12)));
    }

    [LogFact]
    public async Task A_reader_at_the_end_gets_what_is_appended_later_with_the_very_requests()
    {
        await using var reader = Log.ReadAsync(LogPosition.Start, CancellationToken.None).GetAsyncEnumerator();
        var next = reader.MoveNextAsync().AsTask();
        Assert.False(next.IsCompleted);
        var entry = await Log.AppendAsync(1, Puts.Batch(2), CancellationToken.None);
        Assert.True(await next.WaitAsync(Puts.Patience));
        Assert.Equal(entry.Position(), reader.Current.Position());
        Assert.Same(entry.Requests[0], reader.Current.Requests[0]);
    }

    [LogFact]
    public async Task Many_readers_see_the_same_while_entries_come()
    {
        var readers = Enumerable.Range(0, 8)
            .Select(_ => Task.Run(() => Log.TakeAsync(LogPosition.Start, 300))).ToArray();
        var entries = await Log.AppendAsync(1, 300);
        foreach (var read in await Task.WhenAll(readers))
        {
            Assert.Equal(Puts.Content(entries), Puts.Content(read));
        }
    }

    [LogFact]
    public async Task Cancelling_ends_a_reader_that_waits()
    {
        using var stop = new CancellationTokenSource();
        var entries = Log.ReadAsync(LogPosition.Start, stop.Token);
        await using var reader = entries.GetAsyncEnumerator(CancellationToken.None);
        var next = reader.MoveNextAsync().AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next.WaitAsync(Puts.Patience));
    }

    [LogFact]
    public async Task A_cancelled_append_does_not_happen()
    {
        var cancelled = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Log.AppendAsync(1, Puts.Batch(1), cancelled));
        Assert.Equal(LogPosition.Start, Log.Head);
        await Log.AppendAsync(1, Puts.Batch(1), CancellationToken.None);
    }

    [LogFact]
    public async Task A_position_of_another_log_is_refused()
    {
        var entries = await Log.AppendAsync(1, 3);
        await Refused(new LogPosition(entries[1].LastZxid, ChainHash.Start));
        await Refused(new LogPosition(new Zxid(99), entries[1].ChainHash));

        async Task Refused(LogPosition position)
        {
            var error = await Assert.ThrowsAsync<LogRefusedException>(() => Log.TakeAsync(position, 1));
            Assert.Contains(position.Zxid.ToString(), error.Message, StringComparison.Ordinal);
        }
    }

    [LogFact]
    public async Task A_batch_of_the_most_bytes_is_taken_and_a_larger_one_refused()
    {
        var overhead = CommandCodec.Encode(Batch(0)).Length + 3;
        var entry = await Log.AppendAsync(1, Batch(ITransactionLog.MaxBatchBytes - overhead), CancellationToken.None);
        Assert.Equal(ITransactionLog.MaxBatchBytes, CommandCodec.Encode(entry.Requests).Length);
        Assert.Equal(Puts.Content([entry]), Puts.Content(await Log.TakeAsync(LogPosition.Start, 1)));
        await Assert.ThrowsAsync<ArgumentException>(
            () => Log.AppendAsync(2, Batch(ITransactionLog.MaxBatchBytes - overhead + 1), CancellationToken.None));

        static ImmutableArray<Request> Batch(int bytes) => [new Request(new Command.SetData("/a", new byte[bytes]))];
    }

    [LogFact]
    public async Task An_empty_batch_is_refused() =>
        await Assert.ThrowsAsync<ArgumentException>(() => Log.AppendAsync(1, [], CancellationToken.None));

    [LogFact]
    public async Task A_sequence_out_of_turn_is_refused()
    {
        await Log.AppendAsync(1, Puts.Batch(1), CancellationToken.None);
        await Assert.ThrowsAsync<ArgumentException>(() => Log.AppendAsync(1, Puts.Batch(1), CancellationToken.None));
        await Assert.ThrowsAsync<ArgumentException>(() => Log.AppendAsync(3, Puts.Batch(1), CancellationToken.None));
        Assert.Equal(1, Log.Head.Zxid.Value);
        await Log.AppendAsync(2, Puts.Batch(1), CancellationToken.None);
        Assert.Equal(2, Log.Head.Zxid.Value);
    }

    [LogFact]
    public async Task Before_the_counter_overflows_the_next_epoch_begins()
    {
        var start = new LogPosition(Zxid.Create(3, uint.MaxValue - 4), ChainHash.Start);
        await using var log = Make(start);
        await log.OpenAsync(CancellationToken.None);
        var fits = await log.AppendAsync(1, Puts.Batch(3), CancellationToken.None);
        var moved = await log.AppendAsync(2, Puts.Batch(2), CancellationToken.None);
        var after = await log.AppendAsync(3, Puts.Batch(2), CancellationToken.None);
        Assert.Equal(Zxid.Create(3, uint.MaxValue - 1), fits.LastZxid);
        Assert.Equal((Zxid.Create(4, 1), Zxid.Create(4, 2)), (moved.FirstZxid, moved.LastZxid));
        Assert.Equal(Zxid.Create(4, 3), after.FirstZxid);
        Assert.Equal(Puts.Content([fits, moved, after]), Puts.Content(await log.TakeAsync(start, 3)));
    }

    [LogFact]
    public async Task Without_a_snapshot_there_is_nothing_to_load_and_nothing_to_trim()
    {
        var entries = await Log.AppendAsync(1, 3);
        await Log.TrimAsync(CancellationToken.None);
        Assert.Null(await Log.LoadSnapshotAsync([], CancellationToken.None));
        Assert.Equal(Puts.Content(entries), Puts.Content(await Log.TakeAsync(LogPosition.Start, 3)));
    }

    [LogFact]
    public async Task The_newest_snapshot_is_loaded_and_the_log_continues_from_it()
    {
        var entries = await Log.AppendAsync(1, 6);
        foreach (var index in new[] { 1, 2, 3 })
        {
            await Log.SaveSnapshotAsync(Puts.StateAt(entries[index]), CancellationToken.None);
        }

        var damaged = new List<string>();
        var state = await Log.LoadSnapshotAsync(damaged, CancellationToken.None);
        Assert.Empty(damaged);
        Assert.Equal(entries[3].LastZxid, state!.LastZxid);
        var rest = await Log.TakeAsync(new LogPosition(state.LastZxid, state.ChainHash), 2);
        Assert.Equal(Puts.Content(entries[4..]), Puts.Content(rest));
    }

    [LogFact]
    public async Task Trimming_drops_what_the_older_of_two_snapshots_covers_and_nothing_else()
    {
        var entries = await Log.AppendAsync(1, 10);
        await Log.SaveSnapshotAsync(Puts.StateAt(entries[4]), CancellationToken.None);
        await Log.TrimAsync(CancellationToken.None);
        Assert.Equal(Puts.Content(entries), Puts.Content(await Log.TakeAsync(LogPosition.Start, 10)));
        await Log.SaveSnapshotAsync(Puts.StateAt(entries[7]), CancellationToken.None);
        await Log.TrimAsync(CancellationToken.None);
        Assert.Equal(Puts.Content(entries[5..]), Puts.Content(await Log.TakeAsync(entries[4].Position(), 5)));
        Assert.Equal(entries[9].Position(), Log.Head);
    }

    [LogFact]
    public async Task Snapshots_and_trimming_go_on_while_entries_come_and_readers_read()
    {
        var entries = new List<LogEntry>();
        var read = new List<LogEntry>();
        for (var round = 0; round < 8; round++)
        {
            var position = Log.Head;
            var reading = Task.Run(() => Log.TakeAsync(position, 50));
            entries.AddRange(await Log.AppendAsync(entries.Count + 1, 1));
            var state = Puts.StateAt(entries[^1]);
            var saving = Task.Run(async () =>
            {
                await Log.SaveSnapshotAsync(state, CancellationToken.None);
                await Log.TrimAsync(CancellationToken.None);
            });
            entries.AddRange(await Log.AppendAsync(entries.Count + 1, 49));
            await saving.WaitAsync(Puts.Patience);
            read.AddRange(await reading);
        }

        Assert.Equal(Puts.Content(entries), Puts.Content(read));
        Assert.Equal(entries[350].LastZxid, (await Log.LoadSnapshotAsync([], CancellationToken.None))!.LastZxid);
    }
}
