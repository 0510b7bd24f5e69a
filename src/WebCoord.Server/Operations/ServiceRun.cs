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
            await TellWhenReadyAsync(app.Services);
            await app.WaitForShutdownAsync();
            return Environment.ExitCode;
        }
        catch (Exception failure) when (StartupFailures.Explain(failure) is { } explanation)
        {
            await Console.Error.WriteLineAsync(explanation);
            return 1;
        }
    }

    /// <summary>A log that is not there yet may be waited for until the process is to stop.</summary>
    private static async Task TellWhenReadyAsync(IServiceProvider services)
    {
        var stopping = services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        var pipeline = services.GetRequiredService<PipelineService>();
        try
        {
            await pipeline.Ready.WaitAsync(stopping);
            services.GetRequiredService<StartupReport>().Tell();
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // There is nothing to report on.
        }
    }
}
