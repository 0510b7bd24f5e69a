using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using WebCoord.Server.Pipeline;
using WebCoord.Server.Tests.Pipeline;
using WebCoord.TransactionLog;

namespace WebCoord.Server.Tests.Rest;

/// <summary>The whole service on a log that other instances might use too, and that the test holds in its hands.
/// </summary>
internal sealed class SharedLogApplication : WebCoordApplication
{
    public SharedLogApplication()
    {
        Replace = services =>
        {
            services.Replace(ServiceDescriptor.Singleton(provider =>
                ActivatorUtilities.CreateInstance<LogHealth>(provider, true)));
            services.AddSingleton<ITransactionLog>(provider =>
            {
                Log.Incarnation = provider.GetRequiredService<LocalInstance>().Id;
                Log.Observer = provider.GetRequiredService<LogHealth>();
                return Log;
            });
        };
        With("WebCoord:Instance:DrainMs", "0");
        With("WebCoord:ZooKeeper:SuperDigest", "super:D/InIHSb7yEEbrWz8b9l71RjZJU=");
    }

    public GatedLog Log { get; } = GatedLog.Shared();

    public override ValueTask DisposeAsync()
    {
        Log.OpenAll();
        return base.DisposeAsync();
    }

    public static async Task<HttpResponseMessage> UntilAsync(int status, Func<Task<HttpResponseMessage>> call)
    {
        for (var i = 0; ; i++)
        {
            var response = await call();
            if ((int)response.StatusCode == status)
            {
                return response;
            }

            Assert.True(i < 600, $"{response.StatusCode} instead of {status} for half a minute");
            await Task.Delay(50);
        }
    }
}
