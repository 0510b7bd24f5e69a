namespace WebCoord.TransactionLog.Sqlite;

/// <summary>The data file as a file: how it comes to be, and what is refused instead of opened.</summary>
internal static class DataFile
{
    /// <summary>Opens the data file, or makes it when nothing of a log is there. Its lock is held.</summary>
    /// <param name="start">The position that the first entry of a new log follows.</param>
    /// <exception cref="LogRefusedException">What is there cannot be used.</exception>
    public static LogDatabase OpenOrCreate(string path, LogPosition start, SnapshotFiles snapshots)
    {
        if (!File.Exists(path))
        {
            RefuseRemains(path, snapshots);
            Create(path, start);
        }

        RefuseEmpty(path);
        WriteAheadLog.Inspect(path);
        RemoveUnfinished(path);
        snapshots.RemoveUnfinished();
        return LogDatabase.Open(path);
    }

    public static LogRefusedException Refusal(string path, SqliteFailureException failure) => failure switch
    {
        { IsBusy: true } => InUse(path, failure),
        { IsDamage: true } => new($"{path} is damaged: {failure.Message}. Nothing was changed; restore the folder from "
            + "a backup", failure),
        _ => new($"{path} cannot be used: {failure.Message}", failure),
    };

    public static LogRefusedException InUse(string path, Exception failure) =>
        new($"{path} is in use by another process: stop that process, or name another data file", failure);

    private static void RefuseRemains(string path, SnapshotFiles snapshots)
    {
        var remains = snapshots.Names() is [var newest, ..] ? newest : WriteAheadLog.Of(path);
        if (File.Exists(remains))
        {
            throw new LogRefusedException($"{path} is missing, but {remains} of the same log is there: restore the "
                + "data file, or move its remains away to begin with an empty log");
        }
    }

    private static void RefuseEmpty(string path)
    {
        if (new FileInfo(path).Length == 0)
        {
            throw new LogRefusedException($"{path} is empty, which a data file never is: it lost its content. Restore "
                + "it, or move it away to begin with an empty log");
        }
    }

    /// <summary>Under another name first: a data file is there whole or not at all, so an empty one is never taken for
    /// new.</summary>
    private static void Create(string path, LogPosition start)
    {
        var unfinished = $"{path}.new-{Guid.NewGuid():n}";
        LogDatabase.Create(unfinished, start);
        File.Move(unfinished, path, overwrite: false);
        FolderSync.Flush(Path.GetDirectoryName(path)!);
    }

    /// <summary>What a crash during creation left. Only the owner of the data file may tidy up.</summary>
    private static void RemoveUnfinished(string path)
    {
        foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(path)!, Path.GetFileName(path) + ".new-*"))
        {
            File.Delete(file);
        }
    }
}
