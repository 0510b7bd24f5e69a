using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.Extensions.Options;

namespace WebCoord.Server.Security;

/// <summary>What every request passes before it reaches an endpoint: is it meant for this server, may the page that
/// sends it do so, and who is the caller.</summary>
internal static class RequestSecurity
{
    /// <summary>What pages of an allowed origin may read beside the body.</summary>
    private static readonly string[] ExposedHeaders =
    [
        "Allow", "ETag", "Link", "Location", "Preference-Applied", "Retry-After", "WWW-Authenticate",
        "WebCoord-Data-Null", "WebCoord-Durability", "WebCoord-Stale", "WebCoord-Zxid",
        "WebCoord-Stat-Czxid", "WebCoord-Stat-Mzxid", "WebCoord-Stat-Pzxid", "WebCoord-Stat-Ctime",
        "WebCoord-Stat-Mtime", "WebCoord-Stat-Version", "WebCoord-Stat-Cversion", "WebCoord-Stat-Aversion",
        "WebCoord-Stat-Ephemeral-Owner", "WebCoord-Stat-Data-Length", "WebCoord-Stat-Num-Children",
        "WebCoord-Stat-Kind", "WebCoord-Stat-Ttl-Ms",
    ];

    public static IServiceCollection AddRequestSecurity(this IServiceCollection services)
    {
        services.AddSingleton<ListeningAddresses>();
        services.AddSingleton<IValidateOptions<WebCoordOptions>, AnonymousAccessCheck>();
        services.AddSingleton(provider => Options(provider).Security);
        services.AddSingleton<HostPolicy>();
        services.AddSingleton<OriginPolicy>();
        services.AddCors();
        services.AddOptions<CorsOptions>().Configure<SecurityOptions>(AllowOrigins);
        return services;
    }

    /// <summary>In this order: a caller's address is known first; a preflight is answered before credentials are asked
    /// for, because it never has any.</summary>
    public static IApplicationBuilder UseRequestSecurity(this IApplicationBuilder app) => app
        .UseKnownProxies()
        .UseMiddleware<BrowserRulesMiddleware>()
        .UseCors()
        .UseMiddleware<AuthenticationMiddleware>();

    private static void AllowOrigins(CorsOptions cors, SecurityOptions security) =>
        cors.AddDefaultPolicy(policy => policy
            .WithOrigins([.. security.AllowedOrigins])
            .AllowAnyMethod()
            .AllowAnyHeader()
            .AllowCredentials()
            .WithExposedHeaders(ExposedHeaders)
            .SetPreflightMaxAge(TimeSpan.FromMinutes(10)));

    private static WebCoordOptions Options(IServiceProvider services) =>
        services.GetRequiredService<IOptions<WebCoordOptions>>().Value;
}
