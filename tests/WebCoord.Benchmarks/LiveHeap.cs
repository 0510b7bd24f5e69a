using System.Diagnostics;
using System.IO.Pipes;

namespace WebCoord.Benchmarks;

/// <summary>Asks a process of .NET how many bytes are alive in it, by the <see cref="StartupHook"/>.</summary>
/// <param name="pipe">The path of the pipe to ask over, one for each process.</param>
internal sealed class LiveHeap(string pipe)
{
    /// <summary>Before the process starts.</summary>
    public void Prepare(ProcessStartInfo start)
    {
        start.Environment["DOTNET_STARTUP_HOOKS"] = typeof(StartupHook).Assembly.Location;
        start.Environment[StartupHook.PipeVariable] = pipe;
    }

    /// <summary>Bytes of the objects that are alive, after a full collection.</summary>
    public async Task<long> MeasureAsync()
    {
        await using var client = new NamedPipeClientStream(".", pipe, PipeDirection.In);
        await client.ConnectAsync();
        using var reader = new BinaryReader(client);
        return reader.ReadInt64();
    }
}
