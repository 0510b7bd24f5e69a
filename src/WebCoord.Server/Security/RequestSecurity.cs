using Microsoft.Extensions.Options;

namespace WebCoord.Server.Security;

/// <summary>What every request passes before it reaches an endpoint.</summary>
internal static class RequestSecurity
{
    public static IServiceCollection AddRequestSecurity(this IServiceCollection services)
    {
        services.AddSingleton<ListeningAddresses>();
        services.AddSingleton<IValidateOptions<WebCoordOptions>, AnonymousAccessCheck>();
        return services;
    }

    public static IApplicationBuilder UseRequestSecurity(this IApplicationBuilder app) =>
        app.UseMiddleware<AuthenticationMiddleware>();
}
