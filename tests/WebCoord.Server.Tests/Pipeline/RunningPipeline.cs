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

    private RunningPipeline(WebApplication application, GatedLog log)
    {
        _application = application;
        Log = log;
    }

    public GatedLog Log { get; }

    public Applier Applier => Get<Applier>();

    public Sequencer Sequencer => Get<Sequencer>();

    public SessionTracker Tracker => Get<SessionTracker>();

    public LogHealth Health => Get<LogHealth>();

    public CoordinationState State => Applier.State;

    public T Get<T>()
        where T : notnull => _application.Services.GetRequiredService<T>();

    public static Task<RunningPipeline> StartAsync(GatedLog? log = null, params string[] settings) =>
        StartAsync(log, _ => { }, settings);

    /// <summary>Starts it with a front end.</summary>
    public static async Task<RunningPipeline> StartAsync(GatedLog? log, Action<IServiceCollection> addFrontEnd,
        params string[] settings)
    {
        log ??= GatedLog.InMemory();
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(
            settings.Select(setting => setting.Split('=', 2))
                .Select(pair => KeyValuePair.Create(pair[0], (string?)pair[1])));
        builder.Services.AddWebCoordOptions();
        builder.Services.AddPipeline();
        addFrontEnd(builder.Services);
        builder.Services.Replace(ServiceDescriptor.Singleton<ITransactionLog>(log));
        var application = builder.Build();
        log.Incarnation = application.Services.GetRequiredService<LocalInstance>().Id;
        await application.StartAsync();
        return new RunningPipeline(application, log);
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
        await _application.StopAsync();
        await _application.DisposeAsync();
    }
}
