using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WebCoord.Core;
using WebCoord.Core.Commands;
using WebCoord.Server.Pipeline;
using WebCoord.Server.Security;
using WebCoord.Server.SignalR;
using WebCoord.Server.Tests.EndToEnd;
using WebCoord.Server.Tests.Pipeline;
using WebCoord.TransactionLog;

namespace WebCoord.Server.Tests.SignalR;

/// <summary>The hub on a real Kestrel with a free loopback port, and the pipeline below it on a <see
/// cref="LogUnderTest"/>.</summary>
internal sealed class HubServer : IAsyncDisposable
{
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(30);

    private readonly WebApplication _app;

    private HubServer(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.First());

    public Applier Applier => _app.Services.GetRequiredService<Applier>();

    public LogHealth Health => _app.Services.GetRequiredService<LogHealth>();

    public HubConnections Connections => _app.Services.GetRequiredService<HubConnections>();

    public static Task<HubServer> StartAsync(params string[] settings) => StartAsync(_ => { }, settings);

    /// <param name="configure">Adds services, in place of those of the pipeline or before those of the hub.</param>
    public static async Task<HubServer> StartAsync(Action<IServiceCollection> configure, params string[] settings)
    {
        var builder = WebApplication.CreateBuilder(
            ["--Urls=http://127.0.0.1:0", .. LogUnderTest.NewArguments(), .. settings]);
        builder.Logging.ClearProviders();
        builder.Services.AddWebCoordOptions();
        builder.Services.AddPipeline();
        builder.Services.AddRequestSecurity();
        configure(builder.Services);
        builder.Services.AddWatchHub();
        var app = builder.Build();
        app.UseRequestSecurity();
        app.MapWatchHub();
        await app.StartAsync();
        return new HubServer(app);
    }

    public IHostApplicationLifetime Lifetime => _app.Lifetime;

    /// <summary>Starts it on a log that other instances might use too, and that the test holds in its hands.</summary>
    public static Task<HubServer> StartAsync(GatedLog log, params string[] settings) => StartAsync(
        services => services
            .Replace(ServiceDescriptor.Singleton(provider =>
                ActivatorUtilities.CreateInstance<LogHealth>(provider, true)))
            .AddSingleton<ITransactionLog>(provider =>
            {
                log.Incarnation = provider.GetRequiredService<LocalInstance>().Id;
                log.Observer = provider.GetRequiredService<LogHealth>();
                return log;
            }),
        ["--WebCoord:Instance:DrainMs=0", .. settings]);

    public Task<HubClient> ConnectAsync() => HubClient.ConnectAsync(Address);

    /// <summary>Writes as some other client would.</summary>
    public Task<ApplyResult> SubmitAsync(Command command) =>
        _app.Services.GetRequiredService<Sequencer>().SubmitAsync(new Request(command), CancellationToken.None);

    public Task<ApplyResult> PutAsync(string path, string data) =>
        SubmitAsync(new Command.Put(path, System.Text.Encoding.UTF8.GetBytes(data)));

    /// <summary>Waits until something holds; a test that waits in vain fails.</summary>
    public static async Task UntilAsync(Func<bool> holds)
    {
        using var timeout = new CancellationTokenSource(MaxWait);
        while (!holds())
        {
            await Task.Delay(20, timeout.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        // A test that failed may hold it still, and the server could not stop.
        (_app.Services.GetRequiredService<ITransactionLog>() as GatedLog)?.OpenAll();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
