using System.Net.Mime;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using WebCoord.Server.Contract;
using WebCoord.Server.Pipeline;
using WebCoord.Server.Security;

namespace WebCoord.Server.Operations;

/// <summary>What those who run the service need: metrics, health, and to know what started.</summary>
internal static class OperationsSetup
{
    private const string Ready = "ready";

    public static WebApplicationBuilder AddOperations(this WebApplicationBuilder builder)
    {
        builder.Services.AddMetrics();
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.TryAddSingleton<PipelineMetrics>();
        builder.Services.AddSingleton<StateMetrics>();
        builder.Services.AddSingleton<MetricsCollector>();
        builder.Services.AddSingleton<StartupReport>();
        builder.Services.AddHealthChecks().AddCheck<Readiness>(Ready);

        // It logs an error each time it is asked while the log is away, which the pipeline has told once.
        builder.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
        new StartupLogFilter().AddTo(builder.Logging);
        return builder;
    }

    /// <summary>Comes before everything else in the pipeline, so that it counts refusals too.</summary>
    public static IApplicationBuilder UseRequestMetrics(this IApplicationBuilder app)
    {
        // Instruments that nobody listens to forget what they are told.
        app.ApplicationServices.GetRequiredService<MetricsCollector>();
        return app.UseMiddleware<RequestMetrics>();
    }

    public static IEndpointRouteBuilder MapOperations(this IEndpointRouteBuilder routes)
    {
        routes.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false }).AllowAnonymous()
            .WithName("live");
        routes.MapHealthChecks("/health/ready", new HealthCheckOptions { ResponseWriter = TellWhyAsync })
            .AllowAnonymous().WithName(Ready);
        routes.MapGet("/metrics", (MetricsCollector collector, StateMetrics _) =>
            TypedResults.Text(PrometheusText.Render(collector.Collect()), PrometheusText.ContentType))
            .WithName("metrics").ExcludeFromDescription();
        return routes;
    }

    /// <summary>The word that health checks answer with when all is well, else a problem like any other.</summary>
    private static Task TellWhyAsync(HttpContext context, HealthReport report)
    {
        if (report.Status != HealthStatus.Healthy)
        {
            var reasons = string.Join(", ", report.Entries.Values.Select(entry => entry.Description));
            var kind = reasons == Readiness.LogLost ? ProblemCatalog.LogLost : ProblemCatalog.LogUnavailable;
            return context.RefuseAsync(Problems.Of(kind,
                $"This instance takes no writes ({reasons}); send them to another."));
        }

        context.Response.ContentType = MediaTypeNames.Text.Plain;
        return context.Response.WriteAsync(report.Status.ToString(), context.RequestAborted);
    }
}
