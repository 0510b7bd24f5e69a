using WebCoord.Core;

namespace WebCoord.TransactionLog.Tests.Sqlite;

/// <summary>A damaged file is recovered to the last complete entry or refused; never are entries lost in silence.
/// </summary>
public sealed class DamagedFileTests : IDisposable
{
    private const int Entries = 40;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_changed_byte_in_the_data_file_is_refused_or_without_effect()
    {
        var entries = await FilledAsync();
        var bytes = await File.ReadAllBytesAsync(_folder.DataFile);
        var refused = 0;
        for (var offset = 0; offset < bytes.Length; offset += 61)
        {
            bytes[offset] ^= 0x55;
            await File.WriteAllBytesAsync(_folder.DataFile, bytes);
            bytes[offset] ^= 0x55;
            refused += await IsRefusedAsync(entries, $"offset {offset}") ? 1 : 0;
            File.Delete(_folder.Journal);
        }

        Assert.True(refused > 50, $"only {refused} were refused");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(4096)]
    [InlineData(8192)]
    [InlineData(-4096)]
    public async Task A_truncated_data_file_is_refused(int length)
    {
        var entries = await FilledAsync();
        using (var file = File.OpenWrite(_folder.DataFile))
        {
            file.SetLength(length >= 0 ? length : file.Length + length);
        }

        Assert.True(await IsRefusedAsync(entries, $"length {length}"));
    }

    [Fact]
    public async Task A_damaged_entry_is_refused_with_its_zxid()
    {
        await FilledAsync();
        var bytes = await File.ReadAllBytesAsync(_folder.DataFile);
        for (var path = 0; bytes.AsSpan(path).IndexOf("/n0"u8) is >= 0 and var next; path += next + 1)
        {
            bytes[path + next + 1] = (byte)'m';
        }

        await File.WriteAllBytesAsync(_folder.DataFile, bytes);
        await using var log = await _folder.OpenAsync();
        var error = await Assert.ThrowsAsync<LogRefusedException>(() => log.TakeAsync(LogPosition.Start, Entries));
        Assert.Matches("zxid [0-9]+ is damaged", error.Message);
    }

    [Fact]
    public async Task Another_file_is_refused()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.DataFile)!);
        await File.WriteAllTextAsync(_folder.DataFile, new string('x', 10_000));
        await Assert.ThrowsAsync<LogRefusedException>(() => _folder.OpenAsync());
    }

    [Fact]
    public async Task A_journal_cut_off_anywhere_gives_the_entries_before_the_cut()
    {
        await using var log = await _folder.OpenAsync();
        var entries = await log.AppendAsync(1, Entries);
        using var crashed = _folder.Copy();
        var journal = await File.ReadAllBytesAsync(crashed.Journal);
        var previous = 0;
        for (var length = 0; length <= journal.Length; length += Math.Max(1, journal.Length / 150))
        {
            using var torn = crashed.Copy();
            await File.WriteAllBytesAsync(torn.Journal, journal[..length]);
            await using var reopened = await torn.OpenAsync();
            var count = (int)reopened.Head.Zxid.Value;
            Assert.Equal(Hashes(entries[..count]), Hashes(await reopened.TakeAsync(LogPosition.Start, count)));
            Assert.InRange(count, previous, Entries);
            previous = count;
        }

        Assert.InRange(previous, Entries - 2, Entries);
    }

    [Fact]
    public async Task A_journal_damaged_before_its_last_entry_is_refused()
    {
        await using var log = await _folder.OpenAsync();
        await log.AppendAsync(1, Entries);
        using var crashed = _folder.Copy();
        var journal = await File.ReadAllBytesAsync(crashed.Journal);
        const int headerBytes = 32;
        const int frameBytes = 24 + 4096;
        var frames = (journal.Length - headerBytes) / frameBytes;
        for (var frame = 0; frame < frames; frame += 7)
        {
            using var damaged = crashed.Copy();
            var copy = journal.ToArray();
            copy[headerBytes + (frame * frameBytes) + 24 + 1_000] ^= 1;
            await File.WriteAllBytesAsync(damaged.Journal, copy);
            var error = await Record.ExceptionAsync(async () =>
            {
                await using var reopened = await damaged.OpenAsync();
                Assert.InRange(reopened.Head.Zxid.Value, Entries - 1, Entries);
            });
            Assert.True(error is null or LogRefusedException, $"frame {frame} of {frames}: {error}");
            Assert.True(error is not null || frame >= frames - 4, $"frame {frame} of {frames} passed");
        }
    }

    [Fact]
    public async Task A_journal_that_lost_a_block_before_its_last_entries_is_refused()
    {
        const int block = 4096;
        await using var log = await _folder.OpenAsync();
        await log.AppendAsync(1, Entries);
        using var crashed = _folder.Copy();
        var journal = await File.ReadAllBytesAsync(crashed.Journal);
        for (var offset = 0; offset + block <= journal.Length; offset += block)
        {
            using var damaged = crashed.Copy();
            var copy = journal.ToArray();
            copy.AsSpan(offset, block).Clear();
            await File.WriteAllBytesAsync(damaged.Journal, copy);
            var error = await Record.ExceptionAsync(async () =>
            {
                await using var reopened = await damaged.OpenAsync();
                Assert.InRange(reopened.Head.Zxid.Value, Entries - 2, Entries);
            });
            Assert.True(error is null or LogRefusedException, $"offset {offset} of {journal.Length}: {error}");
            Assert.True(error is not null || offset >= journal.Length - (4 * block), $"offset {offset} passed");
        }
    }

    [Fact]
    public async Task A_journal_of_garbage_is_refused()
    {
        await using var log = await _folder.OpenAsync();
        await log.AppendAsync(1, Entries);
        using var crashed = _folder.Copy();
        await File.WriteAllBytesAsync(crashed.Journal, [.. Enumerable.Repeat((byte)0xAB, 50_000)]);
        var error = await Assert.ThrowsAsync<LogRefusedException>(() => crashed.OpenAsync());
        Assert.Contains(crashed.Journal, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Remains_without_their_data_file_are_refused()
    {
        await using (var log = await _folder.OpenAsync())
        {
            await log.SaveSnapshotAsync(Puts.StateAt((await log.AppendAsync(1, 1))[0]), CancellationToken.None);
        }

        File.Delete(_folder.DataFile);
        var error = await Assert.ThrowsAsync<LogRefusedException>(() => _folder.OpenAsync());
        Assert.Contains("missing", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.DataFile));
    }

    [Fact]
    public async Task A_data_file_older_than_its_snapshot_is_refused()
    {
        await using (var log = await _folder.OpenAsync())
        {
            await log.AppendAsync(1, 2);
        }

        using var older = _folder.Copy();
        await using (var log = await _folder.OpenAsync())
        {
            await log.SaveSnapshotAsync(Puts.StateAt((await log.AppendAsync(1, 1))[0]), CancellationToken.None);
        }

        File.Copy(older.DataFile, _folder.DataFile, overwrite: true);
        var error = await Assert.ThrowsAsync<LogRefusedException>(() => _folder.OpenAsync());
        Assert.Contains(_folder.Snapshot(3), error.Message, StringComparison.Ordinal);
    }

    /// <summary>Whether the log is refused, at opening or at reading; otherwise it must have lost nothing.</summary>
    private async Task<bool> IsRefusedAsync(List<LogEntry> entries, string damage)
    {
        var error = await Record.ExceptionAsync(async () =>
        {
            await using var log = await _folder.OpenAsync();
            Assert.Equal(entries[^1].Position(), log.Head);
            Assert.Equal(Hashes(entries), Hashes(await log.TakeAsync(LogPosition.Start, entries.Count)));
        });
        Assert.True(error is null or LogRefusedException, $"{damage}: {error}");
        Assert.Contains(_folder.DataFile, error?.Message ?? _folder.DataFile, StringComparison.Ordinal);
        return error is not null;
    }

    private static IEnumerable<string> Hashes(IEnumerable<LogEntry> entries) =>
        entries.Select(entry => entry.ChainHash);

    private async Task<List<LogEntry>> FilledAsync()
    {
        await using var log = await _folder.OpenAsync();
        return await log.AppendAsync(1, Entries, bytes: 300);
    }
}
