using Microsoft.AspNetCore.Server.Kestrel.Core;
using WebCoord.Server.Contract;

namespace WebCoord.Server.Rest;

/// <summary>The API under <c>/v1</c>: what all its resources have in common, and their list.</summary>
internal static class RestSetup
{
    /// <summary>Room for the longest path with every character percent-encoded, and a query.</summary>
    private const int MaxRequestLineBytes = 64 * 1_024;

    public static IServiceCollection AddRest(this IServiceCollection services)
    {
        services.ConfigureHttpJsonOptions(options => ContractJson.Configure(options.SerializerOptions));
        services.Configure<KestrelServerOptions>(options => options.Limits.MaxRequestLineSize = MaxRequestLineBytes);
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        services.AddSingleton<RequestReader>();
        services.AddSingleton<SessionLookup>();
        services.AddSingleton<Staleness>();
        services.AddSingleton<LongPolls>();
        services.AddSingleton<ViewReader>();
        services.AddSingleton<NodeWrites>();
        services.AddSingleton<PinnedStates>();
        services.AddSingleton<TreeStream>();
        services.AddOpenApiDocument();
        return services;
    }

    /// <summary>Must come before all that may refuse a request.</summary>
    public static IApplicationBuilder UseProblems(this IApplicationBuilder app) =>
        app.UseMiddleware<ProblemMiddleware>();

    /// <summary>Must come before all that is answered from the state.</summary>
    public static IApplicationBuilder UseLoading(this IApplicationBuilder app) =>
        app.UseMiddleware<LoadingMiddleware>();

    public static IEndpointRouteBuilder MapRest(this IEndpointRouteBuilder app)
    {
        var api = app.MapGroup("/v1").AddEndpointFilter<RefusalFilter>().Refuses(421, 500);
        ((IEndpointConventionBuilder)api).Finally(EndpointRules.AddTo);
        api.MapNodes();
        api.MapData();
        api.MapChildren();
        api.MapTree();
        api.MapAcl();
        api.MapTransactions();
        api.MapSessions();
        api.MapCluster();
        api.MapLog();
        api.MapSettings();
        app.MapProblemPages();
        return app;
    }

    /// <summary>A group of endpoints whose route is a prefix and the path of a znode.</summary>
    public static RouteGroupBuilder MapPaths(this IEndpointRouteBuilder api, string resource)
    {
        var group = api.MapGroup($"/{resource}/{{**path}}");
        group.WithMetadata(new PathPrefix($"/v1/{resource}")).WithTags(resource);
        group.Refuses(400, 401, 403, 410, 503);
        return group;
    }

    /// <summary>Declares statuses under which a problem document comes.</summary>
    public static TBuilder Refuses<TBuilder>(this TBuilder endpoints, params ReadOnlySpan<int> statuses)
        where TBuilder : IEndpointConventionBuilder
    {
        foreach (var status in statuses)
        {
            endpoints.WithMetadata(new ProducesResponseTypeMetadata(status, typeof(ProblemBody),
                [ProblemBody.ContentType]));
        }

        return endpoints;
    }

    /// <summary>Declares what a write is refused with.</summary>
    public static RouteHandlerBuilder RefusesWrites(this RouteHandlerBuilder endpoint,
        params ReadOnlySpan<int> statuses) =>
        endpoint.Refuses([409, 412, 413, 429, 504, .. statuses]);
}
