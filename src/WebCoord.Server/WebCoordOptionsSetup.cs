using Microsoft.Extensions.Options;

namespace WebCoord.Server;

/// <summary>Binds the section <c>WebCoord</c> and has it checked before anything starts.</summary>
internal static class WebCoordOptionsSetup
{
    public static IServiceCollection AddWebCoordOptions(this IServiceCollection services)
    {
        services.AddOptions<WebCoordOptions>().Configure<IConfiguration>(Bind).ValidateOnStart();
        services.AddSingleton<IValidateOptions<WebCoordOptions>, WebCoordOptionsValidator>();
        return services;
    }

    private static void Bind(WebCoordOptions options, IConfiguration configuration)
    {
        var mistakes = WebCoordConfigurationCheck.Mistakes(configuration).ToList();
        if (mistakes.Count > 0)
        {
            throw new OptionsValidationException(WebCoordOptions.Section, typeof(WebCoordOptions), mistakes);
        }

        configuration.GetSection(WebCoordOptions.Section).Bind(options);
    }
}
