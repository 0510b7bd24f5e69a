namespace WebCoord.Server.Operations;

/// <summary>What those who run the service need: metrics and health.</summary>
internal static class OperationsSetup
{
    public static IServiceCollection AddOperations(this IServiceCollection services)
    {
        services.AddMetrics();
        services.AddSingleton<StateMetrics>();
        services.AddSingleton<MetricsCollector>();
        return services;
    }

    /// <summary>Comes before everything else in the pipeline, so that it counts refusals too.</summary>
    public static IApplicationBuilder UseRequestMetrics(this IApplicationBuilder app) =>
        app.UseMiddleware<RequestMetrics>();

    public static IEndpointRouteBuilder MapOperations(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/metrics", (MetricsCollector collector, StateMetrics _) =>
            TypedResults.Text(PrometheusText.Render(collector.Collect()), PrometheusText.ContentType))
            .WithName("metrics").ExcludeFromDescription();
        return routes;
    }
}
