using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using StackExchange.Redis;
using WebCoord.Core;

namespace WebCoord.TransactionLog.Redis;

/// <summary>Keeps a link to Redis: makes one, and another one whenever it breaks. Appends that a broken link leaves
/// unanswered are settled by the handshake of the next.</summary>
[SuppressMessage("Reliability", "CA2000", Justification = "A link is disposed of when it is dropped or at the end.")]
internal sealed class LinkKeeper(TimeProvider time, RedisLogOptions options, LogPosition start, RedisTail tail,
    AppendsInFlight appends, ILogObserver? observer) : IAsyncDisposable
{
    /// <summary>So many links ago nobody waits any more for what was appended.</summary>
    private const int MaxIncarnations = 1_024;

    /// <summary>How often it is found out why no connection comes about: addresses that do not answer at all keep that
    /// waiting, while another may be back.</summary>
    private static readonly TimeSpan ExplanationPause = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LastPause = TimeSpan.FromSeconds(1);

    /// <summary>A Redis that comes and goes may leave a dialler waiting for nothing: at first it is not waited for
    /// long.</summary>
    private static readonly TimeSpan FirstDialing = TimeSpan.FromMilliseconds(250);

    private readonly RedisKeys _keys = new(options.Prefix);
    private readonly DurabilityWatch _durability = new(time, options);
    private readonly Lock _lock = new();
    private readonly HashSet<long> _incarnations = [];
    private readonly Queue<long> _oldIncarnations = new();
    private readonly List<long> _spent = [];
    private readonly CancellationTokenSource _stopping = new();
    private Task? _opened;
    private long? _explained;
    private string? _logId;
    private long _incarnation;
    private bool _adopts;

    /// <summary>For tests: whether hints pass it by.</summary>
    public bool IsDeaf { get; init; }

    /// <summary>Where the link is while there is one.</summary>
    public LinkSlot Slot { get; } = new(options.Timeout);

    /// <summary>Of what Redis acknowledges, as it was last seen.</summary>
    public Durability Durability => _durability.Current;

    /// <summary>Of the log that is known; null before the first handshake.</summary>
    public string? LogId => Volatile.Read(ref _logId);

    /// <summary>Whether one of the links appended under an incarnation.</summary>
    public bool IsOwn(long incarnation)
    {
        lock (_lock)
        {
            return _incarnations.Contains(incarnation);
        }
    }

    /// <summary>Makes the first link.</summary>
    /// <exception cref="LogUnavailableException">Redis cannot be reached.</exception>
    /// <exception cref="LogRefusedException">A person must act.</exception>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        if (_opened is not null)
        {
            await Slot.WaitUnlessDownAsync(cancellationToken);
            return;
        }

        _opened = RunAsync(await ConnectAsync(options.Timeout, cancellationToken));
    }

    /// <summary>Puts a state in the place of a log that was lost; the next handshake finds it.</summary>
    /// <exception cref="LogRefusedException">The log is not lost, or there is something in its place.</exception>
    public async Task RestoreAsync(RedisSnapshots snapshots, CoordinationState state,
        CancellationToken cancellationToken)
    {
        var loss = ExpectLoss();
        await using (var connection = await RedisConnection.OpenAsync(options, _keys, options.Timeout,
            cancellationToken))
        {
            await _durability.InspectAsync(connection, cancellationToken);
            await snapshots.RestoreAsync(connection, _logId!, state, cancellationToken);
        }

        try
        {
            await WaitForRecoveryAsync(loss, cancellationToken);
        }
        catch (LogRefusedException refusal)
        {
            throw new LogUnavailableException(refusal.Message + ".", outcomeKnown: false, refusal);
        }
    }

    /// <summary>Takes the log that is in the place of the lost one for this process's own.</summary>
    /// <exception cref="LogRefusedException">The log is not lost, or there is none in its place.</exception>
    public async Task AdoptAsync(CancellationToken cancellationToken)
    {
        var loss = ExpectLoss();
        Volatile.Write(ref _adopts, true);
        try
        {
            await WaitForRecoveryAsync(loss, cancellationToken);
        }
        finally
        {
            Volatile.Write(ref _adopts, false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await (_opened ?? Task.CompletedTask);
        if (Slot.Link is { } link)
        {
            Slot.Take(new LogUnavailableException("This instance is stopping.", true));
            link.GiveUp();
            await link.ForgetAsync([link.Incarnation]);
            await link.DisposeAsync();
        }

        _stopping.Dispose();
    }

    /// <returns>What is known of the loss.</returns>
    private LogUnavailableException ExpectLoss()
    {
        if (Slot.Link is not null)
        {
            throw Refusals.NotLost($"The log {_keys.Tag}");
        }

        return Slot.Failure is { IsLost: true } loss ? loss : throw Slot.Absence();
    }

    /// <param name="before">Says nothing of what was begun since.</param>
    /// <exception cref="LogRefusedException">A handshake since then was refused.</exception>
    private async Task WaitForRecoveryAsync(LogUnavailableException before, CancellationToken cancellationToken)
    {
        var recovered = Slot.WaitAsync(cancellationToken);
        for (var began = time.GetTimestamp(); !recovered.IsCompleted;)
        {
            await Task.Delay(FirstPause, time, cancellationToken);
            if (Slot.Failure is { InnerException: LogRefusedException refusal } failure && failure != before)
            {
                throw new LogRefusedException(refusal.Message, refusal);
            }

            if (time.GetElapsedTime(began) > LastPause + (options.Timeout * 2))
            {
                // What was begun may come to its end yet.
                throw new LogUnavailableException(Slot.Absence().Message, outcomeKnown: false);
            }
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever it was, the readers must not wait for ever.")]
    private async Task RunAsync(RedisLink link)
    {
        try
        {
            while (true)
            {
                var since = time.GetTimestamp();
                await UseAsync(link);
                await DropAsync(link);
                var lasted = time.GetElapsedTime(since) > LastPause;
                link = await ReconnectAsync(lasted ? TimeSpan.Zero : FirstPause);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Asked to stop.
        }
        catch (LogTooNewException newer)
        {
            tail.Entries.Fail(newer);
        }
        catch (Exception bug)
        {
            tail.Entries.Fail(new LogRefusedException($"The connection to Redis failed for good: {bug.Message}", bug));
        }
    }

    private async Task UseAsync(RedisLink link)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        var following = tail.FollowAsync(link, observer, ending.Token);
        var watching = _durability.FollowAsync(link.Connection, ending.Token);
        await Task.WhenAny(link.Connection.Broken, following);
        await ending.CancelAsync();
        try
        {
            await Task.WhenAll(following, watching);
        }
        catch (Exception failure) when (failure is LogUnavailableException or OperationCanceledException)
        {
            _stopping.Token.ThrowIfCancellationRequested();
        }
    }

    private async Task DropAsync(RedisLink link)
    {
        var failure = await link.Connection.Broken as LogUnavailableException;
        Slot.Take(failure);
        link.GiveUp();
        if (failure is not null)
        {
            observer?.Failed(failure);
        }

        _ = link.DisposeAsync().AsTask();
    }

    private async Task<RedisLink> ReconnectAsync(TimeSpan pause)
    {
        for (var dialing = Least(FirstDialing, options.Timeout); ; dialing = Least(dialing * 2, options.Timeout))
        {
            await Task.Delay(pause, time, _stopping.Token);
            try
            {
                return await ConnectAsync(dialing, _stopping.Token);
            }
            catch (LogUnavailableException failure)
            {
                Report(failure);
            }
            catch (LogRefusedException refusal)
            {
                if (refusal is LogTooNewException)
                {
                    throw;
                }

                Report(new LogUnavailableException(refusal.Message + ".", true, refusal)
                {
                    IsLost = Slot.Failure is { IsLost: true },
                });
            }

            pause = pause == TimeSpan.Zero ? FirstPause : Least(pause * 2, LastPause);
        }

        static TimeSpan Least(TimeSpan one, TimeSpan other) => one < other ? one : other;
    }

    private void Report(LogUnavailableException failure)
    {
        Slot.Report(failure);
        observer?.Failed(failure);
        if (failure.IsLost)
        {
            appends.FailAll(new LogUnavailableException(failure.Message, false, failure) { IsLost = true });
        }
    }

    private async Task<RedisLink> ConnectAsync(TimeSpan dialing, CancellationToken cancellationToken)
    {
        var asked = time.GetTimestamp();
        var connection = await DialAsync(dialing, cancellationToken);
        try
        {
            await _durability.InspectAsync(connection, cancellationToken);
            var (link, head) = await ShakeAsync(connection, cancellationToken);
            await link.LoadAsync(cancellationToken);
            await ListenAsync(link, cancellationToken);
            await tail.CatchUpAsync(link, head, cancellationToken);
            Install(link, asked);
            return link;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private async Task<RedisConnection> DialAsync(TimeSpan dialing, CancellationToken cancellationToken)
    {
        try
        {
            return await RedisConnection.OpenAsync(options, _keys, dialing, cancellationToken);
        }
        catch (LogUnavailableException)
            when (_explained is not { } last || time.GetElapsedTime(last) >= ExplanationPause)
        {
            _explained = time.GetTimestamp();
            if (await new RedisProbe(options with { Timeout = dialing }).ExplainAsync(cancellationToken) is { } reason)
            {
                // Until that is mended it is worth saying.
                _explained = null;
                throw new LogRefusedException(reason);
            }

            throw;
        }
    }

    private async Task<(RedisLink Link, LogPosition Head)> ShakeAsync(RedisConnection connection,
        CancellationToken cancellationToken)
    {
        var incarnation = RandomNumberGenerator.GetInt32(1, int.MaxValue) * (1L << 31)
            + RandomNumberGenerator.GetInt32(1, int.MaxValue);
        var offer = new HandshakeOffer
        {
            LogId = _logId,
            Position = tail.Known,
            Anchor = tail.Anchor,
            Adopts = Volatile.Read(ref _adopts),
            OldIncarnation = _incarnation,
            NewIncarnation = incarnation,
            LastSequence = appends.LastSequence,
            Start = start,
            MayCreate = options.CreateLog && _logId is null,
        };
        var answer = await Handshake.ShakeAsync(connection, offer, cancellationToken);
        _spent.Add(incarnation);
        _logId = answer.Generation.LogId;
        connection.Generation = answer.Generation;
        appends.Settle(_incarnation, answer.OldLastSequence);
        tail.Adopt(answer);
        return (new RedisLink(connection, answer.Generation, incarnation, offer.LastSequence), answer.Head);
    }

    private async Task ListenAsync(RedisLink link, CancellationToken cancellationToken)
    {
        var channel = new RedisChannel(_keys.Hint, RedisChannel.PatternMode.Literal);
        await link.Connection.AnswerAsync(Subscribed(), cancellationToken);

        async Task<bool> Subscribed()
        {
            await link.Connection.Multiplexer.GetSubscriber().SubscribeAsync(channel, (_, appender) =>
            {
                if (!IsDeaf && (string?)appender != link.IncarnationText)
                {
                    tail.Wake();
                }
            });
            return true;
        }
    }

    /// <summary>What the old incarnation brought into the log was read by now; what was not is beyond the part that is
    /// still read.</summary>
    private void Install(RedisLink link, long asked)
    {
        appends.GiveUp(_incarnation);
        lock (_lock)
        {
            _incarnations.Add(link.Incarnation);
            _oldIncarnations.Enqueue(link.Incarnation);
            if (_oldIncarnations.Count > MaxIncarnations)
            {
                _incarnations.Remove(_oldIncarnations.Dequeue());
            }
        }

        _incarnation = link.Incarnation;
        Slot.Put(link);
        observer?.Contacted(asked, tail.Head.Zxid);
        _spent.Remove(link.Incarnation);
        if (_spent.Count > 0)
        {
            _ = link.ForgetAsync(_spent);
            _spent.Clear();
        }

        _spent.Add(link.Incarnation);
    }
}
