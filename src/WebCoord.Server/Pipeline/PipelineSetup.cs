using Microsoft.Extensions.Options;
using WebCoord.TransactionLog;
using WebCoord.TransactionLog.InMemory;
using WebCoord.TransactionLog.Redis;
using WebCoord.TransactionLog.Sqlite;

namespace WebCoord.Server.Pipeline;

/// <summary>The way of a write, in one place: Sequencer, log, Applier; and beside it what keeps the state in order.
/// </summary>
internal static class PipelineSetup
{
    public static IServiceCollection AddPipeline(this IServiceCollection services)
    {
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(provider => Value(provider).Log);
        services.AddSingleton(provider => Value(provider).Sessions);
        services.AddSingleton(provider => Value(provider).Instance);
        services.AddSingleton(provider => Value(provider).ToSettings());
        services.AddSingleton(provider => new LocalInstance(Value(provider).Instance));
        services.AddSingleton(OpenLog);
        services.AddSingleton<PendingBatches>();
        services.AddSingleton<PipelineMetrics>();
        services.AddSingleton(provider =>
            ActivatorUtilities.CreateInstance<LogHealth>(provider, Value(provider).Log.Kind == "redis"));
        services.AddSingleton<Sequencer>();
        services.AddSingleton<Applier>();
        services.AddSingleton<HeadLook>();
        services.AddSingleton<ReadGate>();
        services.AddSingleton<SessionTracker>();
        services.AddSingleton<SessionVoucher>();
        services.AddSingleton<RegressedSessions>();
        services.AddSingleton<SnapshotTaker>();
        services.AddSingleton<DigestComparison>();
        services.AddSingleton<InstanceHeartbeat>();
        services.AddSingleton<LoadProgress>();
        services.AddSingleton<LogLoader>();
        services.AddSingleton<PipelineService>();
        services.AddHostedService(provider => provider.GetRequiredService<PipelineService>());
        services.AddSingleton<Drain>();
        services.AddSingleton<IHostLifetime>(provider => provider.GetRequiredService<Drain>());
        return services;
    }

    private static WebCoordOptions Value(IServiceProvider services) =>
        services.GetRequiredService<IOptions<WebCoordOptions>>().Value;

    private static ITransactionLog OpenLog(IServiceProvider services)
    {
        var options = Value(services).Log;
        var incarnation = services.GetRequiredService<LocalInstance>().Id;
        var time = services.GetRequiredService<TimeProvider>();
        return options.Kind switch
        {
            "memory" => new InMemoryTransactionLog(time, incarnation),
            "redis" => new RedisTransactionLog(time, options.Redis.ToLogOptions() with
            {
                LookInterval = TimeSpan.FromMilliseconds(Math.Min(250, Value(services).Sessions.TickMs / 2.0)),
            })
            {
                Observer = services.GetRequiredService<LogHealth>(),
                SnapshotProgress = services.GetRequiredService<LoadProgress>().SnapshotRead,
            },
            _ => new SqliteTransactionLog(time, incarnation, options.Sqlite.Path)
            {
                SnapshotProgress = services.GetRequiredService<LoadProgress>().SnapshotRead,
            },
        };
    }
}
