using WebCoord.Core;

namespace WebCoord.TransactionLog.Tests.Sqlite;

public sealed class DamagedSnapshotTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_damaged_newest_snapshot_is_passed_over_and_set_aside()
    {
        var entries = await WithTwoSnapshotsAsync();
        Damage(_folder.Snapshot(8));
        await using var log = await _folder.OpenAsync();
        var damaged = new List<string>();
        var state = await log.LoadSnapshotAsync(damaged, CancellationToken.None);
        Assert.Equal(entries[3].LastZxid, state!.LastZxid);
        Assert.StartsWith(_folder.Snapshot(8), Assert.Single(damaged), StringComparison.Ordinal);
        Assert.True(File.Exists(_folder.Snapshot(8) + ".damaged"));
        Assert.Equal(Puts.Content(entries[4..]), Puts.Content(await log.TakeAsync(entries[3].Position(), 6)));
    }

    [Fact]
    public async Task With_no_whole_snapshot_the_log_is_refused_and_nothing_touched()
    {
        await WithTwoSnapshotsAsync();
        Damage(_folder.Snapshot(4));
        Damage(_folder.Snapshot(8));
        await using var log = await _folder.OpenAsync();
        var error = await Assert.ThrowsAsync<LogRefusedException>(
            () => log.LoadSnapshotAsync([], CancellationToken.None));
        Assert.Contains(_folder.Snapshot(4), error.Message, StringComparison.Ordinal);
        Assert.Contains("offset", error.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(_folder.Snapshot(4)) && File.Exists(_folder.Snapshot(8)));
    }

    [Fact]
    public async Task A_trimmed_log_without_its_snapshots_is_refused()
    {
        await WithTwoSnapshotsAsync();
        File.Delete(_folder.Snapshot(4));
        File.Delete(_folder.Snapshot(8));
        await using var log = await _folder.OpenAsync();
        await Assert.ThrowsAsync<LogRefusedException>(() => log.LoadSnapshotAsync([], CancellationToken.None));
    }

    [Fact]
    public async Task A_snapshot_of_another_log_is_refused()
    {
        await WithTwoSnapshotsAsync();
        using var other = new TemporaryFolder();
        await using (var log = await other.OpenAsync())
        {
            var entries = await log.AppendAsync(1, 8, bytes: 99);
            await log.SaveSnapshotAsync(Puts.StateAt(entries[7]), CancellationToken.None);
        }

        File.Copy(other.Snapshot(8), _folder.Snapshot(8), overwrite: true);
        await using var reopened = await _folder.OpenAsync();
        var error = await Assert.ThrowsAsync<LogRefusedException>(
            () => reopened.LoadSnapshotAsync([], CancellationToken.None));
        Assert.Contains(_folder.Snapshot(8), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_snapshot_that_cannot_be_moved_is_passed_over_all_the_same()
    {
        await WithTwoSnapshotsAsync();
        Damage(_folder.Snapshot(8));
        Directory.CreateDirectory(_folder.Snapshot(8) + ".damaged");
        await using var log = await _folder.OpenAsync();
        var damaged = new List<string>();
        Assert.Equal(new Zxid(4), (await log.LoadSnapshotAsync(damaged, CancellationToken.None))!.LastZxid);
        Assert.Equal(2, damaged.Count);
        Assert.Contains("cannot be moved", damaged[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_snapshot_that_cannot_be_read_is_refused_with_its_name()
    {
        await WithTwoSnapshotsAsync();
        await using var log = await _folder.OpenAsync();
        using var held = new FileStream(_folder.Snapshot(8), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        var error = await Assert.ThrowsAsync<LogRefusedException>(
            () => log.LoadSnapshotAsync([], CancellationToken.None));
        Assert.Contains(_folder.Snapshot(8), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_snapshot_that_cannot_be_finished_leaves_nothing_behind()
    {
        await using var log = await _folder.OpenAsync();
        var entries = await log.AppendAsync(1, 2);
        Directory.CreateDirectory(_folder.Snapshot(1));
        await Assert.ThrowsAnyAsync<SystemException>(
            () => log.SaveSnapshotAsync(Puts.StateAt(entries[0]), CancellationToken.None));
        if (File.Exists("/dev/full"))
        {
            File.CreateSymbolicLink(_folder.Snapshot(2) + ".new", "/dev/full");
            await Assert.ThrowsAnyAsync<IOException>(
                () => log.SaveSnapshotAsync(Puts.StateAt(entries[1]), CancellationToken.None));
        }

        Assert.Empty(Directory.EnumerateFiles(Path.GetDirectoryName(_folder.DataFile)!, "*.new"));
    }

    [Fact]
    public async Task A_snapshot_that_was_never_finished_does_not_count_and_is_removed()
    {
        await WithTwoSnapshotsAsync();
        var unfinished = _folder.Snapshot(10) + ".new";
        await File.WriteAllTextAsync(unfinished, "half");
        await using var log = await _folder.OpenAsync();
        Assert.False(File.Exists(unfinished));
        Assert.Equal(new Zxid(8), (await log.LoadSnapshotAsync([], CancellationToken.None))!.LastZxid);
    }

    private static void Damage(string file)
    {
        var bytes = File.ReadAllBytes(file);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(file, bytes);
    }

    /// <summary>Ten entries, snapshots at zxids 4 and 8, trimmed.</summary>
    private async Task<List<LogEntry>> WithTwoSnapshotsAsync()
    {
        await using var log = await _folder.OpenAsync();
        var entries = await log.AppendAsync(1, 10);
        await log.SaveSnapshotAsync(Puts.StateAt(entries[3]), CancellationToken.None);
        await log.SaveSnapshotAsync(Puts.StateAt(entries[7]), CancellationToken.None);
        await log.TrimAsync(CancellationToken.None);
        return entries;
    }
}
