using System.Diagnostics.CodeAnalysis;
using System.IO.Pipes;

/// <summary>
/// What the runtime runs in a process that is started with this assembly in DOTNET_STARTUP_HOOKS, before its program:
/// a thread that waits for somebody to open a pipe, collects all garbage, and writes how many bytes are alive.
/// </summary>
[SuppressMessage("Design", "CA1050", Justification = "The runtime looks for a type of this name without a namespace.")]
[SuppressMessage("Style", "IDE0130", Justification = "The runtime looks for a type of this name without a namespace.")]
internal static class StartupHook
{
    /// <summary>The environment variable with the path of the pipe.</summary>
    public const string PipeVariable = "WEBCOORD_BENCHMARK_HEAP_PIPE";

    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable(PipeVariable) is { } path)
        {
            new Thread(() => Answer(path)) { IsBackground = true }.Start();
        }
    }

    [DoesNotReturn]
    private static void Answer(string path)
    {
        while (true)
        {
            using var pipe = new NamedPipeServerStream(path, PipeDirection.Out);
            pipe.WaitForConnection();
            GC.Collect();
            GC.WaitForPendingFinalizers();
            pipe.Write(BitConverter.GetBytes(GC.GetTotalMemory(forceFullCollection: true)));
        }
    }
}
