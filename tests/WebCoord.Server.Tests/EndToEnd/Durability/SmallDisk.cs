using System.Diagnostics;

namespace WebCoord.Server.Tests.EndToEnd.Durability;

/// <summary>A file system in memory of a few megabytes, mounted on a temporary folder until it is disposed.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();

    private SmallDisk()
    {
    }

    public string Path => _folder.Path;

    private string Ballast => System.IO.Path.Combine(Path, "ballast");

    /// <summary>Mounts it, with a file on it that can be given up later to free half of the space.</summary>
    public static async Task<SmallDisk> MountAsync(int megabytes)
    {
        var disk = new SmallDisk();
        var size = FormattableString.Invariant($"size={megabytes}m");
        await RunAsync("mount", "-t", "tmpfs", "-o", size, "tmpfs", disk.Path);
        await File.WriteAllBytesAsync(disk.Ballast, new byte[megabytes << 19]);
        return disk;
    }

    /// <summary>Takes what space is left, to the last block.</summary>
    public void FillUp()
    {
        using var ballast = new FileStream(Ballast, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            while (true)
            {
                ballast.Write(new byte[512]);
            }
        }
        catch (IOException)
        {
            // Full.
        }
    }

    public void FreeHalf() => File.Delete(Ballast);

    public async ValueTask DisposeAsync()
    {
        await RunAsync("umount", Path);
        _folder.Dispose();
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }
}
