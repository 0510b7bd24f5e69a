using Microsoft.Extensions.Options;
using WebCoord.Server.Wire.FourLetterWords;

namespace WebCoord.Server.Wire;

/// <summary>The services of the front end for ZooKeeper clients.</summary>
internal static class WireSetup
{
    public static IServiceCollection AddWire(this IServiceCollection services)
    {
        services.AddSingleton(provider =>
            new WireConnections(provider.GetRequiredService<IOptions<WebCoordOptions>>().Value.ZooKeeper
                .MaxConnectionsPerAddress, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<ServiceReport>();
        services.AddSingleton<FourLetterWordListener>();
        services.AddSingleton<WireConnectionHandler>();
        services.AddHostedService<WirePulse>();
        services.AddHostedService<WireServer>();
        return services;
    }
}
