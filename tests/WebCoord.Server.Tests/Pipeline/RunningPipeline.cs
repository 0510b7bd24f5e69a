using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using WebCoord.Core;
using WebCoord.Core.Commands;
using WebCoord.Core.Sessions;
using WebCoord.Server.Pipeline;
using WebCoord.TransactionLog;

namespace WebCoord.Server.Tests.Pipeline;

/// <summary>The pipeline as it really runs, with a log that the test holds in its hands, and without a front end
/// unless the test adds one.</summary>
internal sealed class RunningPipeline : IAsyncDisposable
{
    private readonly WebApplication _application;

    private readonly ITransactionLog _log;

    private RunningPipeline(WebApplication application, ITransactionLog log)
    {
        _application = application;
        _log = log;
    }

    public GatedLog Log => (GatedLog)_log;

    /// <summary>Its view of the log, when it was started on a shared one.</summary>
    public SharedLog SharedLog => (SharedLog)_log;

    public Applier Applier => Get<Applier>();

    public Sequencer Sequencer => Get<Sequencer>();

    public SessionTracker Tracker => Get<SessionTracker>();

    public LogHealth Health => Get<LogHealth>();

    public CoordinationState State => Applier.State;

    public T Get<T>()
        where T : notnull => _application.Services.GetRequiredService<T>();

    public static Task<RunningPipeline> StartAsync(GatedLog? log = null, params string[] settings) =>
        StartAsync(log, _ => { }, settings);

    /// <summary>Starts one of several instances on what they have in common.</summary>
    public static Task<RunningPipeline> StartSharedAsync(SharedStore store, params string[] settings) =>
        StartSharedAsync(new SharedLog(store, Random.Shared.NextInt64()), settings);

    public static async Task<RunningPipeline> StartSharedAsync(SharedLog log, params string[] settings)
    {
        // There are no ports to tell them apart by.
        settings = [$"WebCoord:Instance:Name={Guid.NewGuid()}", "WebCoord:Instance:DrainMs=0", .. settings];
        var application = Build(log, services => services.Replace(ServiceDescriptor.Singleton(provider =>
            ActivatorUtilities.CreateInstance<LogHealth>(provider, true))), settings);
        await application.StartAsync();
        return new RunningPipeline(application, log);
    }

    /// <summary>Starts it with a front end.</summary>
    public static async Task<RunningPipeline> StartAsync(GatedLog? log, Action<IServiceCollection> addFrontEnd,
        params string[] settings)
    {
        log ??= GatedLog.InMemory();
        var application = Build(log, services =>
        {
            addFrontEnd(services);
            if (log.IsShared)
            {
                services.Replace(ServiceDescriptor.Singleton(provider =>
                    ActivatorUtilities.CreateInstance<LogHealth>(provider, true)));
            }
        }, settings);
        log.Incarnation = application.Services.GetRequiredService<LocalInstance>().Id;
        log.Observer = log.IsShared ? application.Services.GetRequiredService<LogHealth>() : null;
        await application.StartAsync();
        return new RunningPipeline(application, log);
    }

    private static WebApplication Build(ITransactionLog log, Action<IServiceCollection> addFrontEnd, string[] settings)
    {
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(
            settings.Select(setting => setting.Split('=', 2))
                .Select(pair => KeyValuePair.Create(pair[0], (string?)pair[1])));
        builder.Services.AddWebCoordOptions();
        builder.Services.AddPipeline();
        addFrontEnd(builder.Services);
        builder.Services.Replace(ServiceDescriptor.Singleton(log));
        return builder.Build();
    }

    public Task<ApplyResult> SubmitAsync(Command command, SessionId session = default) =>
        Sequencer.SubmitAsync(new Request(command) { Session = session }, CancellationToken.None);

    public Task<ApplyResult> PutAsync(string path, string data = "") =>
        SubmitAsync(new Command.Put(path, System.Text.Encoding.UTF8.GetBytes(data)));

    public async Task<Session> OpenSessionAsync(int timeoutMs = 2_000)
    {
        var result = await SubmitAsync(new Command.CreateSession(timeoutMs, new byte[16]));
        return result.Session!;
    }

    /// <summary>Waits until something holds; fails when it does not within a generous time.</summary>
    public static async Task UntilAsync(Func<bool> holds, string what)
    {
        for (var i = 0; i < 1_500; i++)
        {
            if (holds())
            {
                return;
            }

            await Task.Delay(20);
        }

        Assert.Fail($"after 30 s it still does not hold that {what}");
    }

    public Task StopAsync() => _application.StopAsync();

    public async ValueTask DisposeAsync()
    {
        (_log as GatedLog)?.OpenAll();
        await _application.StopAsync();
        await _application.DisposeAsync();
    }
}
