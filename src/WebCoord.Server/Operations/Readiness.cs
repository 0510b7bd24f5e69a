using Microsoft.Extensions.Diagnostics.HealthChecks;
using WebCoord.Server.Pipeline;

namespace WebCoord.Server.Operations;

/// <summary>Whether requests should be sent here: not before the log is loaded, nor while it is loaded anew or takes no
/// writes, nor once the process was told to stop, though it may serve on for a while.</summary>
internal sealed class Readiness(PipelineService pipeline, LogHealth log, Drain drain,
    IHostApplicationLifetime lifetime) : IHealthCheck
{
    public const string LogLost = "log-lost";

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context,
        CancellationToken cancellationToken = default) => Task.FromResult(Check());

    private HealthCheckResult Check() => this switch
    {
        _ when drain.IsUnderWay || lifetime.ApplicationStopping.IsCancellationRequested =>
            HealthCheckResult.Unhealthy("stopping"),

        // Why not is for the operator, who finds it in what the service logs: it may tell of paths and disks.
        _ when log.Failure?.IsLost == true => HealthCheckResult.Unhealthy(LogLost),
        _ when !pipeline.IsReady => HealthCheckResult.Unhealthy("loading"),
        _ when log.IsHeld => HealthCheckResult.Unhealthy("loading"),
        _ when !log.IsAvailable => HealthCheckResult.Unhealthy("log-unavailable"),
        _ => HealthCheckResult.Healthy(),
    };
}
