using WebCoord.Core;
using WebCoord.TransactionLog.Sqlite;

namespace WebCoord.TransactionLog.Tests.Sqlite;

public sealed class FailingDiskTests : IDisposable
{
    private const int IoError = 10;
    private const int Full = 13;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_full_disk_refuses_appends_leaves_reads_working_and_is_left_once_there_is_room()
    {
        await using var log = await _folder.OpenAsync();
        var entries = await log.AppendAsync(1, 3);
        await log.LimitPagesAsync(20);
        for (var sequence = 4; sequence < 7; sequence++)
        {
            var error = await Assert.ThrowsAsync<LogUnavailableException>(
                () => log.AppendAsync(sequence, Puts.Batch(1, 500_000), CancellationToken.None));
            Assert.True(error.OutcomeKnown);
            Assert.Contains("full", error.Message, StringComparison.Ordinal);
            Assert.Equal(entries[2].Position(), log.Head);
            Assert.Equal(Puts.Content(entries), Puts.Content(await log.TakeAsync(LogPosition.Start, 3)));
        }

        await log.LimitPagesAsync(0);
        entries.Add(await log.AppendAsync(7, Puts.Batch(1, 500_000), CancellationToken.None));
        Assert.Equal(new Zxid(4), log.Head.Zxid);
        await ExpectOnDiskAsync(entries);
    }

    [Fact]
    public async Task An_append_that_fails_before_it_is_written_is_known_not_to_be_there()
    {
        await using var log = await _folder.OpenAsync();
        var entries = await log.AppendAsync(1, 3);
        log.Fault = Failing(afterInsertion: false);
        var error = await Assert.ThrowsAsync<LogUnavailableException>(
            () => log.AppendAsync(4, Puts.Batch(1), CancellationToken.None));
        Assert.True(error.OutcomeKnown);
        log.Fault = null;
        entries.AddRange(await log.AppendAsync(5, 1));
        Assert.Equal(new Zxid(4), entries[3].LastZxid);
        Assert.Equal(Puts.Content(entries), Puts.Content(await log.TakeAsync(LogPosition.Start, 4)));
        await ExpectOnDiskAsync(entries);
    }

    [Fact]
    public async Task An_append_that_fails_after_it_is_written_is_found_and_counts()
    {
        await using var log = await _folder.OpenAsync();
        var entries = await log.AppendAsync(1, 3);
        log.Fault = Failing(afterInsertion: true);
        entries.AddRange(await log.AppendAsync(4, 1));
        log.Fault = null;
        entries.AddRange(await log.AppendAsync(5, 1));
        Assert.Equal(Puts.Content(entries), Puts.Content(await log.TakeAsync(LogPosition.Start, 5)));
        await ExpectOnDiskAsync(entries);
    }

    [Fact]
    public async Task When_the_file_cannot_be_opened_again_the_outcome_is_unknown_and_settled_later()
    {
        await using var log = await _folder.OpenAsync();
        var entries = await log.AppendAsync(1, 3);
        var away = _folder.DataFile + "-away";
        log.Fault = inserted =>
        {
            if (inserted)
            {
                File.Move(_folder.DataFile, away);
                throw new SqliteFailureException(IoError, "disk I/O error");
            }
        };
        var error = await Assert.ThrowsAsync<LogUnavailableException>(
            () => log.AppendAsync(4, Puts.Batch(1), CancellationToken.None));
        Assert.False(error.OutcomeKnown);
        error = await Assert.ThrowsAsync<LogUnavailableException>(
            () => log.AppendAsync(5, Puts.Batch(1), CancellationToken.None));
        Assert.True(error.OutcomeKnown);
        Assert.Equal(entries[2].Position(), log.Head);

        log.Fault = null;
        File.Move(away, _folder.DataFile);
        var after = await log.AppendAsync(6, 1);
        var read = await log.TakeAsync(LogPosition.Start, (int)after[0].LastZxid.Value);
        Assert.Equal(Puts.Content(entries), Puts.Content(read[..3]));
        Assert.Equal(after[0].Position(), read[^1].Position());
    }

    [Fact]
    public async Task A_log_that_lost_entries_behind_its_back_is_written_no_more()
    {
        await using var log = await _folder.OpenAsync();
        await log.AppendAsync(1, 3);
        using var older = _folder.Copy();
        await log.AppendAsync(4, 3);
        log.Fault = inserted =>
        {
            File.Delete(_folder.Journal);
            File.Delete(_folder.DataFile);
            File.Copy(older.DataFile, _folder.DataFile);
            throw new SqliteFailureException(IoError, "disk I/O error");
        };
        await Assert.ThrowsAsync<LogUnavailableException>(
            () => log.AppendAsync(7, Puts.Batch(1), CancellationToken.None));
        log.Fault = null;
        var error = await Assert.ThrowsAsync<LogUnavailableException>(
            () => log.AppendAsync(8, Puts.Batch(1), CancellationToken.None));
        Assert.Contains("lost", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(IoError)]
    [InlineData(Full)]
    public async Task Trimming_that_fails_changes_nothing_and_is_made_up_for_later(int code)
    {
        await using var log = await _folder.OpenAsync();
        var entries = await log.AppendAsync(1, 6);
        await log.SaveSnapshotAsync(Puts.StateAt(entries[2]), CancellationToken.None);
        await log.SaveSnapshotAsync(Puts.StateAt(entries[4]), CancellationToken.None);
        await log.SetTrimFaultAsync(() => throw new SqliteFailureException(code, "no room, or no disk"));
        var error = await Assert.ThrowsAsync<LogUnavailableException>(() => log.TrimAsync(CancellationToken.None));
        Assert.True(error.OutcomeKnown);
        entries.AddRange(await log.AppendAsync(7, 1));
        await ExpectOnDiskAsync(entries);

        await log.SetTrimFaultAsync(() => { });
        await log.TrimAsync(CancellationToken.None);
        using var trimmed = _folder.Copy();
        await using var reopened = await trimmed.OpenAsync(8);
        Assert.Equal(Puts.Content(entries[3..]), Puts.Content(await reopened.TakeAsync(entries[2].Position(), 4)));
        await Assert.ThrowsAsync<LogTrimmedException>(() => reopened.TakeAsync(LogPosition.Start, 1));
    }

    [Fact]
    public async Task A_reader_behind_the_tail_waits_until_the_file_is_back()
    {
        List<LogEntry> entries;
        await using (var filled = await _folder.OpenAsync())
        {
            entries = await filled.AppendAsync(1, 5);
        }

        await using var log = await _folder.OpenAsync(8);
        var away = _folder.DataFile + "-away";
        log.Fault = _ =>
        {
            File.Move(_folder.DataFile, away);
            throw new SqliteFailureException(IoError, "disk I/O error");
        };
        await Assert.ThrowsAsync<LogUnavailableException>(
            () => log.AppendAsync(1, Puts.Batch(1), CancellationToken.None));
        log.Fault = null;
        var reader = log.TakeAsync(LogPosition.Start, 5);
        await Assert.ThrowsAsync<LogUnavailableException>(
            () => log.AppendAsync(2, Puts.Batch(1), CancellationToken.None));
        Assert.False(reader.IsCompleted);
        File.Move(away, _folder.DataFile);
        Assert.Equal(Puts.Content(entries), Puts.Content(await reader));
    }

    private static Action<bool> Failing(bool afterInsertion) => inserted =>
    {
        if (inserted == afterInsertion)
        {
            throw new SqliteFailureException(IoError, "disk I/O error");
        }
    };

    private async Task ExpectOnDiskAsync(List<LogEntry> entries)
    {
        using var crashed = _folder.Copy();
        await using var reopened = await crashed.OpenAsync(8);
        Assert.Equal(Puts.Content(entries), Puts.Content(await reopened.TakeAsync(LogPosition.Start, entries.Count)));
    }
}
