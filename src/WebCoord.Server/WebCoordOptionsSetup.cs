namespace WebCoord.Server;

/// <summary>Binds the section <c>WebCoord</c> and has it checked before anything starts.</summary>
internal static class WebCoordOptionsSetup
{
    public static IServiceCollection AddWebCoordOptions(this IServiceCollection services)
    {
        services.AddOptions<WebCoordOptions>().BindConfiguration(WebCoordOptions.Section).ValidateOnStart();
        return services;
    }
}
