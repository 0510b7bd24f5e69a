using WebCoord.Server.Contract;
using WebCoord.Server.Pipeline;
using WebCoord.Server.Security;

namespace WebCoord.Server.Rest;

/// <summary>Lets nobody near a state that is not there yet: until the log is loaded, all that would be answered from it
/// is refused. Nor does a server that stops take in a hub client, who had to leave again at once.</summary>
internal sealed class LoadingMiddleware(RequestDelegate next, PipelineService pipeline, LogHealth health,
    IHostApplicationLifetime lifetime)
{
    private static readonly PathString Api = "/v1";
    private static readonly PathString Hubs = "/hubs";

    public Task InvokeAsync(HttpContext context)
    {
        var isHub = context.Request.Path.StartsWithSegments(Hubs);
        if (!isHub && !context.Request.Path.StartsWithSegments(Api))
        {
            return next(context);
        }

        if (!pipeline.IsReady)
        {
            var reason = health.Failure is { } failure ? $" {failure.Message}" : "";
            return context.RefuseAsync(Problems.Of(ProblemCatalog.LogUnavailable,
                $"This instance has not loaded the log yet.{reason} Try again, or turn to another instance."));
        }

        return isHub && lifetime.ApplicationStopping.IsCancellationRequested
            ? context.RefuseAsync(Problems.Of(ProblemCatalog.LogUnavailable,
                "This instance is stopping. Try again: another will answer."))
            : next(context);
    }
}
