using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using WebCoord.Benchmarks.Wire.Load;
using WebCoord.Server.Tests.EndToEnd;

namespace WebCoord.Benchmarks.Wire.Servers;

/// <summary>A server that speaks ZooKeeper's protocol, in a process of its own, with its data in a folder.</summary>
internal abstract class WireServer(string folder) : IAsyncDisposable
{
    private static readonly TimeSpan MaxStart = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan StartPoll = TimeSpan.FromMilliseconds(5);

    // A ZooKeeper that is about to start may take a connection and then forget it.
    private static readonly TimeSpan FirstAnswer = TimeSpan.FromMilliseconds(250);

    private Process? _process;

    public abstract string Name { get; }

    /// <summary>Where ZooKeeper's protocol is spoken.</summary>
    public IPEndPoint Address { get; } = new(IPAddress.Loopback, FreePort.Next());

    public string Folder { get; } = folder;

    /// <summary>What its process has taken of the processors so far.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process!.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    protected int ProcessId => _process!.Id;

    /// <summary>Starts the process on what is in its folder; returns how long it took until a session was open.
    /// </summary>
    public async Task<TimeSpan> StartAsync()
    {
        Directory.CreateDirectory(Folder);
        var start = StartInfo();
        start.WorkingDirectory = Folder;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        var watch = Stopwatch.StartNew();
        _process = Process.Start(start)!;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Kill();
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        while (!GivesSessions())
        {
            if (_process.HasExited || watch.Elapsed > MaxStart)
            {
                throw new InvalidOperationException($"{Name} did not become ready.");
            }

            await Task.Delay(StartPoll);
        }

        return watch.Elapsed;
    }

    /// <summary>Asks the process to stop, as whoever runs it would, and waits until it has.</summary>
    public async Task StopAsync()
    {
        await Programs.RunAsync("kill", "-TERM", ProcessId.ToString(CultureInfo.InvariantCulture));
        await _process!.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    /// <summary>Another one of the same kind that is not started, with its data elsewhere.</summary>
    public abstract WireServer Another(string folder);

    /// <summary>One line about what it is and how it is set up; null where there is nothing to say.</summary>
    public abstract Task<string> DescribeAsync();

    /// <summary>Bytes of the objects that are alive, after a full collection.</summary>
    public abstract Task<long> LiveHeapAsync();

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            Kill();
            await _process.WaitForExitAsync();
            _process.Dispose();
            _process = null;
        }
    }

    protected abstract ProcessStartInfo StartInfo();

    private void Kill()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill();
        }
    }

    private bool GivesSessions()
    {
        try
        {
            using var session = Session.Open(Address, FirstAnswer);
            return true;
        }
        catch (Exception failure) when (failure is SocketException or IOException)
        {
            return false;
        }
    }
}
