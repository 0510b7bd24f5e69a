namespace WebCoord.TransactionLog.Sqlite;

/// <summary>
/// Keeps every other process off a data file, from before the first look at it until it is closed: SQLite's own lock
/// comes too late for whoever inspects the journal first. It is a lock on a file beside it, <c>webcoord.db.lock</c>,
/// which stays for ever, because a file that is deleted while another process waits for it locks nobody out.
/// </summary>
internal sealed class DataFileLock : IDisposable
{
    private const int WindowsSharingViolation = unchecked((int)0x80070020);
    private const int LinuxWouldBlock = 11;
    private const int MacWouldBlock = 35;

    private readonly FileStream _file;

    private DataFileLock(FileStream file) => _file = file;

    /// <exception cref="LogRefusedException">Another process has the data file.</exception>
    /// <exception cref="IOException">The lock could not be made.</exception>
    public static DataFileLock Take(string dataFile)
    {
        try
        {
            var file = new FileStream(dataFile + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return new DataFileLock(file);
        }
        catch (IOException failure)
            when (failure.HResult is LinuxWouldBlock or MacWouldBlock or WindowsSharingViolation)
        {
            throw DataFile.InUse(dataFile, failure);
        }
    }

    public void Dispose() => _file.Dispose();
}
