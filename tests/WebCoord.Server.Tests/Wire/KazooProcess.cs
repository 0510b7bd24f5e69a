using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Threading.Channels;

namespace WebCoord.Server.Tests.Wire;

/// <summary>A client of kazoo in a process of its own that does what it is told; <c>tests/clients/kazoo/told.py</c>
/// says what it can be told. Disposing kills it.</summary>
internal sealed class KazooProcess : IAsyncDisposable
{
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly StringBuilder _errors = new();
    private readonly Channel<string> _lines = Channel.CreateBounded<string>(1_000);

    private KazooProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Take(line.Data);
        process.ErrorDataReceived += (_, line) => _errors.AppendLine(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>The id of its session, as REST writes it.</summary>
    public string Session { get; private set; } = "";

    public static async Task<KazooProcess> StartAsync(int port, int timeoutSeconds = 10)
    {
        var start = new ProcessStartInfo(KazooRun.Python,
        [
            "-B", "told.py",
            port.ToString(CultureInfo.InvariantCulture), timeoutSeconds.ToString(CultureInfo.InvariantCulture),
        ])
        {
            WorkingDirectory = KazooRun.Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var kazoo = new KazooProcess(Process.Start(start)!);
        try
        {
            kazoo.Session = (await kazoo.NextAsync()).Split(' ')[1];
            return kazoo;
        }
        catch
        {
            await kazoo.DisposeAsync();
            throw;
        }
    }

    /// <summary>Tells it to do something, and waits until it is done.</summary>
    public async Task DoAsync(string command)
    {
        await BeginAsync(command);
        Assert.Equal("done", await NextAsync());
    }

    /// <summary>Tells it to do something.</summary>
    public async Task BeginAsync(string command)
    {
        await _process.StandardInput.WriteLineAsync(command);
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>What it says next.</summary>
    public async Task<string> NextAsync()
    {
        using var timeout = new CancellationTokenSource(MaxWait);
        try
        {
            return await _lines.Reader.ReadAsync(timeout.Token);
        }
        catch (Exception exception) when (exception is ChannelClosedException or OperationCanceledException)
        {
            throw new InvalidOperationException($"It says nothing more. It printed:\n{_errors}", exception);
        }
    }

    /// <summary>Ends it at once, without a word to the server.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await WaitAsync();
    }

    /// <summary>Lets it close its session and end.</summary>
    public async Task StopAsync()
    {
        _process.StandardInput.Close();
        await WaitAsync();
        Assert.True(_process.ExitCode == 0, _errors.ToString());
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    private async Task WaitAsync()
    {
        using var timeout = new CancellationTokenSource(MaxWait);
        await _process.WaitForExitAsync(timeout.Token);
    }

    private void Take(string? line)
    {
        if (line is null)
        {
            _lines.Writer.TryComplete();
        }
        else
        {
            _lines.Writer.TryWrite(line);
        }
    }
}
