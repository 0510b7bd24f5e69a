using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace WebCoord.Benchmarks.Wire.Load;

/// <summary>
/// Waits until any of many sockets has something to read (Linux epoll, level triggered). One call of it tells about all
/// of them at once, which is what makes one thread enough for the whole generator.
/// </summary>
internal sealed partial class EventPoll : IDisposable
{
    private const int MostAtOnce = 1024;
    private const int Add = 1;
    private const int Readable = 1;
    private const int Interrupted = 4;

    // The kernel packs the record {u32 events, u64 data} on x86-64 alone.
    private static readonly int DataOffset = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;

    private readonly int _descriptor = Checked(CreatePoll(0));
    private readonly byte[] _events = new byte[MostAtOnce * (DataOffset + sizeof(long))];

    /// <param name="key">What <see cref="KeyOf"/> says of this socket.</param>
    public void Watch(Socket socket, int key)
    {
        var record = new byte[DataOffset + sizeof(long)];
        BitConverter.TryWriteBytes(record, Readable);
        BitConverter.TryWriteBytes(record.AsSpan(DataOffset), key);
        Checked(ControlPoll(_descriptor, Add, (int)socket.Handle, record));
    }

    /// <summary>Waits; returns how many sockets are readable, 0 after the time.</summary>
    public int Wait(TimeSpan most)
    {
        var count = WaitForPoll(_descriptor, _events, MostAtOnce, (int)most.TotalMilliseconds);
        return count < 0 && Marshal.GetLastPInvokeError() == Interrupted ? 0 : Checked(count);
    }

    /// <param name="index">Below what <see cref="Wait"/> returned.</param>
    public int KeyOf(int index) =>
        BitConverter.ToInt32(_events, (index * (DataOffset + sizeof(long))) + DataOffset);

    public void Dispose() => _ = Close(_descriptor);

    private static int Checked(int result) =>
        result >= 0 ? result : throw new Win32Exception(Marshal.GetLastPInvokeError());

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int CreatePoll(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int ControlPoll(int poll, int operation, int descriptor, Span<byte> record);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int WaitForPoll(int poll, Span<byte> events, int most, int milliseconds);

    [LibraryImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int descriptor);
}
