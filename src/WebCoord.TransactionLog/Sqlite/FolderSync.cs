using System.ComponentModel;
using System.Runtime.InteropServices;

namespace WebCoord.TransactionLog.Sqlite;

/// <summary>Makes names in a folder durable: after a crash, a file that was renamed into place is there. .NET opens no
/// folders, so this asks the C library; on Windows renames need no such step.</summary>
internal static partial class FolderSync
{
    /// <summary>Makes a folder, and those above it that are missing, each durable in the one above.</summary>
    /// <exception cref="IOException">One of them could not be made or not be made durable.</exception>
    public static void Create(string folder)
    {
        if (Directory.Exists(folder) || Path.GetDirectoryName(folder) is not { } parent)
        {
            return;
        }

        Create(parent);
        Directory.CreateDirectory(folder);
        Flush(parent);
    }

    /// <exception cref="IOException">The folder could not be made durable.</exception>
    public static void Flush(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        const int readOnly = 0;
        var descriptor = Open(folder, readOnly);
        if (descriptor < 0)
        {
            throw Failure(folder);
        }

        try
        {
            if (FileSync(descriptor) != 0)
            {
                throw Failure(folder);
            }
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    private static IOException Failure(string folder)
    {
        var cause = new Win32Exception(Marshal.GetLastPInvokeError());
        return new IOException($"The folder {folder} cannot be made durable: {cause.Message}", cause);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int FileSync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int descriptor);
}
