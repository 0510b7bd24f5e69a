using System.Diagnostics;

namespace WebCoord.Server.Tests.EndToEnd;

/// <summary>A program that a test runs beside itself; it goes, with all that it started, when disposed.</summary>
internal sealed class CommandLine : IAsyncDisposable
{
    private readonly Process _process;
    private readonly ProcessOutput _output;

    public CommandLine(ProcessStartInfo start)
    {
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        _process = Process.Start(start)!;
        _output = new ProcessOutput(_process);
    }

    public string Output => _output.Text;

    public bool HasExited => _process.HasExited;

    /// <summary>Waits until it has printed a text; fails with what it did print when it ends or the time is up.
    /// </summary>
    public async Task WaitForAsync(string text, int minutes = 1)
    {
        var deadline = DateTime.UtcNow.AddMinutes(minutes);
        while (!Output.Contains(text, StringComparison.Ordinal))
        {
            if (_process.HasExited || DateTime.UtcNow > deadline)
            {
                // What it printed last may still be in the pipe.
                await Task.Delay(500);
                Assert.Contains(text, Output, StringComparison.Ordinal);
                return;
            }

            await Task.Delay(20);
        }
    }

    /// <summary>Writes to its standard input.</summary>
    public async Task SendAsync(string text)
    {
        await _process.StandardInput.WriteAsync(text);
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>Waits until it ends by itself; it must end well.</summary>
    public async Task<string> CompleteAsync(int minutes = 3)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromMinutes(minutes));
        await _process.WaitForExitAsync(timeout.Token);
        Assert.True(_process.ExitCode == 0, $"Exit code {_process.ExitCode}. It printed:\n{Output}");
        return Output;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }
}
