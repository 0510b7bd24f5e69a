using System.Diagnostics;
using System.Text;

namespace WebCoord.Server.Tests.EndToEnd;

/// <summary>Gathers what a process prints on both streams, line by line as it comes.</summary>
internal sealed class ProcessOutput
{
    private readonly StringBuilder _text = new();

    public ProcessOutput(Process process)
    {
        process.OutputDataReceived += (_, line) => Append(line.Data);
        process.ErrorDataReceived += (_, line) => Append(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public string Text
    {
        get
        {
            lock (_text)
            {
                return _text.ToString();
            }
        }
    }

    private void Append(string? line)
    {
        lock (_text)
        {
            _text.Append(line).Append('\n');
        }
    }
}
