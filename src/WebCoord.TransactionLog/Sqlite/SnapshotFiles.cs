using System.Globalization;
using WebCoord.Core;
using WebCoord.Core.Snapshots;

namespace WebCoord.TransactionLog.Sqlite;

/// <summary>The snapshots beside a data file: <c>webcoord.db.snapshot-</c> and the zxid in 16 hexadecimal
/// digits.</summary>
internal sealed class SnapshotFiles(string dataFile)
{
    private const int Kept = 2;
    private const string UnfinishedSuffix = ".new";

    private readonly string _folder = Path.GetDirectoryName(dataFile)!;
    private readonly string _prefix = Path.GetFileName(dataFile) + ".snapshot-";

    /// <summary>Full names of the snapshots, the newest first.</summary>
    public IReadOnlyList<string> Names() => !Directory.Exists(_folder)
        ? []
        : [.. Directory.EnumerateFiles(_folder, _prefix + "*")
            .Where(name => TryZxid(name, out _))
            .OrderByDescending(name => name, StringComparer.Ordinal)];

    /// <summary>The zxids of the snapshots, the newest first.</summary>
    public IReadOnlyList<Zxid> Zxids() => [.. Names().Select(ZxidOf)];

    public void Save(CoordinationState state, CancellationToken cancellationToken)
    {
        var name = NameOf(state.LastZxid);
        var unfinished = name + UnfinishedSuffix;
        try
        {
            Write(state, unfinished, cancellationToken);
            File.Move(unfinished, name, overwrite: true);
        }
        catch
        {
            // On a full disk it is what keeps the disk full.
            TryDelete(unfinished);
            throw;
        }

        FolderSync.Flush(_folder);
        RemoveOld();
    }

    /// <summary>Deletes what a crash left of snapshots under way. For the owner of the data file, while it saves
    /// none.</summary>
    public void RemoveUnfinished()
    {
        foreach (var name in Directory.EnumerateFiles(_folder, $"{_prefix}*{UnfinishedSuffix}"))
        {
            File.Delete(name);
        }
    }

    /// <exception cref="InvalidDataException">It is damaged; the message says what at which offset.</exception>
    /// <exception cref="UnknownFormatException">A newer version wrote it.</exception>
    public static CoordinationState Load(string name, Action<long, long>? progress, CancellationToken cancellationToken)
    {
        var options = new FileStreamOptions { BufferSize = 0, Options = FileOptions.SequentialScan };
        using var stream = new FileStream(name, options);
        var state = SnapshotCodec.Read(stream, progress, cancellationToken);
        return state.LastZxid == ZxidOf(name)
            ? state
            : throw new InvalidDataException($"its name is not that of the zxid {state.LastZxid} which it holds");
    }

    /// <summary>Moves damaged snapshots out of the way, so that they count no more, but can be looked at. A folder that
    /// does not let go of them is no reason to stop: they are passed over again.</summary>
    /// <param name="damaged">Gets what could not be moved.</param>
    public static void SetAside(IEnumerable<string> names, ICollection<string> damaged)
    {
        foreach (var name in names)
        {
            try
            {
                File.Move(name, name + ".damaged", overwrite: true);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                damaged.Add($"{name} cannot be moved out of the way: {failure.Message}");
            }
        }
    }

    private static Zxid ZxidOf(string name) => TryZxid(name, out var zxid)
        ? zxid
        : throw new ArgumentException($"{name} is no name of a snapshot", nameof(name));

    private static bool TryZxid(string name, out Zxid zxid)
    {
        const int digits = 16;
        var parsed = long.TryParse(name.AsSpan(Math.Max(0, name.Length - digits)), NumberStyles.AllowHexSpecifier,
            CultureInfo.InvariantCulture, out var value);
        zxid = new Zxid(value);
        return parsed && name.AsSpan(0, name.Length - digits).EndsWith(".snapshot-", StringComparison.Ordinal);
    }

    private string NameOf(Zxid zxid) =>
        Path.Combine(_folder, _prefix + zxid.Value.ToString("x16", CultureInfo.InvariantCulture));

    private static void Write(CoordinationState state, string name, CancellationToken cancellationToken)
    {
        // Written through, chunk by chunk: one large flush at the end would hold up the log's own.
        using var stream = new FileStream(name, new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            BufferSize = 0,
            Options = FileOptions.WriteThrough,
        });
        SnapshotCodec.Write(state, stream, cancellationToken);
        stream.Flush(flushToDisk: true);
    }

    /// <summary>Deletes a file if that can be done: what failed before is what counts.</summary>
    private static void TryDelete(string name)
    {
        try
        {
            File.Delete(name);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The next start tries again.
        }
    }

    private void RemoveOld()
    {
        foreach (var name in Names().Skip(Kept))
        {
            File.Delete(name);
        }
    }
}
