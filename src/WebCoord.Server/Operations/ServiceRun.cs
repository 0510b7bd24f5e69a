using WebCoord.Server.Pipeline;

namespace WebCoord.Server.Operations;

/// <summary>The life of the process: build, start, report, run, stop.</summary>
internal static class ServiceRun
{
    /// <summary>Returns the exit code: 0 after an orderly stop, else 1.</summary>
    public static async Task<int> ToTheEndAsync(Func<WebApplication> build)
    {
        try
        {
            await using var app = build();
            await app.StartAsync();
            app.Services.GetRequiredService<StartupLogFilter>().Running();
            var stopped = app.WaitForShutdownAsync();
            var pipeline = app.Services.GetRequiredService<PipelineService>();
            await Task.WhenAny(pipeline.Ready, stopped);
            if (pipeline.IsReady)
            {
                app.Services.GetRequiredService<StartupReport>().Tell();
            }

            await stopped;
            return Environment.ExitCode;
        }
        catch (Exception failure) when (StartupFailures.Explain(failure) is { } explanation)
        {
            await Console.Error.WriteLineAsync(explanation);
            return 1;
        }
    }
}
