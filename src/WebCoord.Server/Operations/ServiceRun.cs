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
            await Task.WhenAny(app.Services.GetRequiredService<PipelineService>().Ready,
                app.WaitForShutdownAsync());
            if (app.Services.GetRequiredService<PipelineService>().IsReady)
            {
                app.Services.GetRequiredService<StartupReport>().Tell();
            }

            await app.WaitForShutdownAsync();
            return Environment.ExitCode;
        }
        catch (Exception failure) when (StartupFailures.Explain(failure) is { } explanation)
        {
            await Console.Error.WriteLineAsync(explanation);
            return 1;
        }
    }
}
