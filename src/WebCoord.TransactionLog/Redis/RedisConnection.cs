using System.Net;
using StackExchange.Redis;

namespace WebCoord.TransactionLog.Redis;

/// <summary>
/// One connection to Redis. At its first failure it is broken for good: what was sent over it may still be executed, so
/// the next one begins with a handshake. It waits for no answer longer than the timeout. Safe for use by many threads.
/// </summary>
internal sealed class RedisConnection : IAsyncDisposable
{
    private readonly TimeSpan _timeout;
    private readonly TaskCompletionSource<Exception> _broken = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private RedisConnection(ConnectionMultiplexer multiplexer, RedisKeys keys, TimeSpan timeout, string location)
    {
        Multiplexer = multiplexer;
        _timeout = timeout;
        Location = location;
        Keys = keys;
        Database = multiplexer.GetDatabase();
        Multiplexer.ConnectionFailed += OnConnectionFailed;
    }

    public IDatabase Database { get; }

    public RedisKeys Keys { get; }

    /// <summary>The addresses, for people.</summary>
    public string Location { get; }

    /// <summary>For what is asked of a server rather than of its keys.</summary>
    public IConnectionMultiplexer Multiplexer { get; }

    /// <summary>The server that all is asked of, once it was found; null where several share that. Only what happens to
    /// it ends the connection: replicas may come and go.</summary>
    public EndPoint? Master { get; set; }

    /// <summary>Completes with the first failure.</summary>
    public Task<Exception> Broken => _broken.Task;

    /// <summary>Known after the handshake, which comes before all else.</summary>
    public RedisGeneration Generation
    {
        get => field ?? throw new InvalidOperationException("There was no handshake on this connection.");
        set;
    }

    /// <param name="dialing">How long dialling may take, and greeting again.</param>
    /// <exception cref="LogUnavailableException">There is no answer in time.</exception>
    /// <exception cref="LogRefusedException">The configuration cannot be read.</exception>
    public static async Task<RedisConnection> OpenAsync(RedisLogOptions options, RedisKeys keys, TimeSpan dialing,
        CancellationToken cancellationToken)
    {
        var configuration = RedisConnectionString.Parse(options);
        configuration.ConnectTimeout = (int)dialing.TotalMilliseconds;
        var location = RedisConnectionString.LocationOf(configuration);
        var connecting = ConnectionMultiplexer.ConnectAsync(configuration);
        try
        {
            var multiplexer = await connecting.WaitAsync(dialing * 2, cancellationToken);
            return new RedisConnection(multiplexer, keys, options.Timeout, location);
        }
        catch (Exception failure) when (failure is TimeoutException or RedisException or OperationCanceledException)
        {
            _ = DiscardAsync(connecting);
            cancellationToken.ThrowIfCancellationRequested();
            throw new LogUnavailableException($"Redis at {location} cannot be reached. Is it running, and is "
                + "WebCoord:Log:Redis:Configuration right?", true, failure);
        }
    }

    /// <summary>Runs a script on the keys in their order (see <c>chain.lua</c>).</summary>
    /// <exception cref="LogUnavailableException">There is no answer in time, or an error.</exception>
    public Task<RedisResult> RunAsync(RedisScript script, RedisValue[] arguments, CancellationToken cancellationToken,
        params RedisKey[] moreKeys) =>
        AskAsync(() => Database.ScriptEvaluateAsync(script.Text, [.. ScriptKeys, .. moreKeys], arguments,
            CommandFlags.DemandMaster), cancellationToken);

    /// <summary>Runs a script that was loaded for the generation. Sent before the first await, in the order of the
    /// calls.</summary>
    public Task<RedisResult> RunLoadedAsync(byte[] sha1, params RedisValue[] arguments) =>
        BegunAsync(() => Database.ScriptEvaluateAsync(sha1, ScriptKeys, arguments, CommandFlags.DemandMaster));

    /// <summary>Asks, and waits for the answer.</summary>
    /// <param name="ask">Called before the first await.</param>
    /// <exception cref="LogUnavailableException">There is none in time, or an error; the connection is broken from then
    /// on.</exception>
    public Task<T> AskAsync<T>(Func<Task<T>> ask, CancellationToken cancellationToken) =>
        AnswerAsync(BegunAsync(ask), cancellationToken);

    /// <summary>Waits for an answer.</summary>
    /// <exception cref="LogUnavailableException">There is none in time, or an error; the connection is broken from then
    /// on, unless Redis only refuses writes.</exception>
    public async Task<T> AnswerAsync<T>(Task<T> asked, CancellationToken cancellationToken)
    {
        try
        {
            // A connection that is closed may leave what was asked without any answer.
            await Task.WhenAny(asked, Broken).WaitAsync(_timeout, cancellationToken);
            return asked.IsCompleted ? await asked : throw Unavailable(await Broken);
        }
        catch (Exception failure) when (WritesRefusedException.Of(failure) is { } refusal)
        {
            throw Refused(refusal);
        }
        catch (Exception failure) when (failure is TimeoutException or RedisException or ObjectDisposedException
            || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            var isKnown = !failure.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal);
            var unavailable = Unavailable(isKnown ? failure : new StaleGenerationException("another process"));
            Break(isKnown ? unavailable : unavailable.InnerException!);
            throw unavailable;
        }
    }

    /// <summary>What is told of something that certainly was not done; the connection is as good as before.</summary>
    public LogUnavailableException Refused(WritesRefusedException refusal) =>
        new($"Redis at {Location} takes no writes: {refusal.Message}", true, refusal)
        {
            RefusesWrites = true,
        };

    /// <summary>Ends the use of the connection; the first reason counts.</summary>
    public void Break(Exception reason) => _broken.TrySetResult(reason);

    public ValueTask DisposeAsync()
    {
        Multiplexer.ConnectionFailed -= OnConnectionFailed;
        Break(new ObjectDisposedException(nameof(RedisConnection)));
        return new ValueTask(CloseAsync(Multiplexer));
    }

    private RedisKey[] ScriptKeys => field ??= [Keys.Head, Keys.Log, Keys.Appenders, Keys.Snapshots];

    /// <summary>Asking on a connection that was closed meanwhile throws at once: that belongs into the task, where all
    /// other failures are.</summary>
    private static async Task<T> BegunAsync<T>(Func<Task<T>> ask) => await ask();

    private static async Task DiscardAsync(Task<ConnectionMultiplexer> connecting)
    {
        try
        {
            await CloseAsync(await connecting);
        }
        catch (RedisException)
        {
            // It could not connect; then there is nothing to close.
        }
    }

    /// <summary>Drops what is still queued; closing otherwise waits for answers that may never come.</summary>
    private static Task CloseAsync(IConnectionMultiplexer multiplexer) => Task.Run(async () =>
    {
        await multiplexer.CloseAsync(allowCommandsToComplete: false);
        multiplexer.Dispose();
    });

    private void OnConnectionFailed(object? sender, ConnectionFailedEventArgs failure)
    {
        if (Master is null || Master.Equals(failure.EndPoint))
        {
            Break(Unavailable(failure.Exception ?? new IOException($"the connection failed ({failure.FailureType})")));
        }
    }

    private LogUnavailableException Unavailable(Exception failure) => failure as LogUnavailableException
        ?? new LogUnavailableException(failure is TimeoutException
            ? $"Redis at {Location} did not answer within {_timeout.TotalMilliseconds} ms."
            : $"Redis at {Location} failed: {failure.Message}", true, failure);
}
