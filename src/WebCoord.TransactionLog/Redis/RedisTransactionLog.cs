using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using WebCoord.Core;
using WebCoord.Core.Commands;

namespace WebCoord.TransactionLog.Redis;

/// <summary>
/// A log in Redis that any number of processes append to and read. Redis gives each entry its place, in one script;
/// what makes that safe is that nothing is believed of Redis but what a script says that checked the generation (see
/// <c>handshake.lua</c>), and that an append whose answer did not come is not guessed about but settled.
/// </summary>
public sealed class RedisTransactionLog(TimeProvider time, RedisLogOptions options) : ITransactionLog
{
    /// <summary>After a link broke, this many timeouts are waited for a handshake to tell what became of an append.
    /// </summary>
    private const int SettlingTimeouts = 2;

    private readonly AppendsInFlight _appends = new();
    private readonly RedisSnapshots _snapshots = new();
    private readonly string _location = $"{options.Prefix} at "
        + RedisConnectionString.LocationOf(RedisConnectionString.Parse(options.Configuration));

    /// <summary>The position that the first entry of a new log follows.</summary>
    public LogPosition Start { get; init; } = LogPosition.Start;

    /// <summary>Told when Redis answers and when it does not.</summary>
    public ILogObserver? Observer { get; init; }

    /// <summary>Told now and then, while a snapshot is loaded, how many nodes were read, and of how many.</summary>
    public Action<long, long>? SnapshotProgress { get; init; }

    /// <summary>For tests: whether hints pass it by.</summary>
    internal bool IsDeaf { get; init; }

    /// <summary>For tests: how often entries that had been in the log were found missing.</summary>
    internal int Regressions => Tail.Regressions;

    public LogDescription Description => new("redis", _location, Keeper.Durability, IsShared: true);

    public LogPosition Head => Tail.Head;

    public int MaxAppendsInFlight => 4;

    private RedisTail Tail => field ??= new RedisTail(time, options.LookInterval, _appends);

    private LinkKeeper Keeper => field ??= new LinkKeeper(time, options, Start, Tail, _appends, Observer)
    {
        IsDeaf = IsDeaf,
    };

    public Task OpenAsync(CancellationToken cancellationToken) => Keeper.OpenAsync(cancellationToken);

    /// <inheritdoc/>
    /// <param name="cancellationToken">Looked at before the append begins; what has begun is brought to its
    /// end.</param>
    public async Task<LogEntry> AppendAsync(long sequence, ImmutableArray<Request> requests, LogPosition? applied,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var batch = new Batch(sequence, requests);
        var asked = time.GetTimestamp();
        var append = _appends.Begin(batch, applied ?? Tail.Head, () => Keeper.Slot.Current);
        try
        {
            await ReceiveAsync(append, asked);
            return await append.Entry.WaitAsync(options.Timeout * SettlingTimeouts, CancellationToken.None);
        }
        catch (TimeoutException)
        {
            throw AppendsInFlight.Unknown();
        }
        finally
        {
            _appends.End(append);
        }
    }

    public bool IsOwn(LogEntry entry) => Keeper.IsOwn(entry.Incarnation);

    public async ValueTask<LogPosition> LookAsync(LogPosition? applied, CancellationToken cancellationToken)
    {
        while (true)
        {
            var link = await Keeper.Slot.WaitUnlessDownAsync(cancellationToken);
            var asked = time.GetTimestamp();
            try
            {
                var view = await link.LookAsync(applied ?? Tail.Head, cancellationToken);
                if (view.Place != ChainPlace.On)
                {
                    // The reader is about to be told; what it has made of the entries that are gone must not be shown.
                    throw applied is { } gone
                        ? new LogUnavailableException($"{_location}: zxid {gone.Zxid} is in the log no more.", true)
                        : link.Stale($"the last entry is {view.Place}");
                }

                Observer?.Contacted(asked, view.Head.Zxid);
                if (view.Head.Zxid > Tail.Head.Zxid)
                {
                    Tail.Wake();
                }

                return view.Head;
            }
            catch (LogUnavailableException failure) when (failure.InnerException is StaleGenerationException)
            {
                await link.Replaced.WaitAsync(cancellationToken);
            }
        }
    }

    public async IAsyncEnumerable<LogEntry> ReadAsync(LogPosition after,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var logId = Keeper.LogId;
        var wasInLog = false;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var version = Tail.Entries.Version;
            switch (Tail.Entries.Next(after, out var next))
            {
                case TailAnswer.Entry:
                    yield return next!;
                    after = new LogPosition(next!.LastZxid, next.ChainHash);
                    wasInLog = true;
                    break;
                case TailAnswer.End:
                    await Tail.Entries.WaitAsync(version, cancellationToken);
                    break;
                default:
                    foreach (var entry in await ReadStoredAsync(logId, after, wasInLog, cancellationToken))
                    {
                        yield return entry;
                        after = new LogPosition(entry.LastZxid, entry.ChainHash);
                    }

                    wasInLog = true;
                    break;
            }
        }
    }

    public async Task<bool> SaveSnapshotAsync(CoordinationState state, CancellationToken cancellationToken) =>
        await _snapshots.SaveAsync(await ConnectionAsync(cancellationToken), state, cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="LogUnavailableException">Redis does not answer; it may be tried again.</exception>
    public async Task<CoordinationState?> LoadSnapshotAsync(ICollection<string> damaged,
        CancellationToken cancellationToken) =>
        await RedisSnapshots.LoadAsync(await ConnectionAsync(cancellationToken), Start, SnapshotProgress, damaged,
            cancellationToken);

    public async Task TrimAsync(CancellationToken cancellationToken) =>
        await RedisSnapshots.TrimAsync(await ConnectionAsync(cancellationToken), cancellationToken);

    public Task AcceptLossAsync(LossAcceptance acceptance, CoordinationState state,
        CancellationToken cancellationToken) => acceptance == LossAcceptance.KeepState
        ? Keeper.RestoreAsync(_snapshots, state, cancellationToken)
        : Keeper.AdoptAsync(cancellationToken);

    public ValueTask DisposeAsync() => Keeper.DisposeAsync();

    private async Task<RedisConnection> ConnectionAsync(CancellationToken cancellationToken) =>
        (await Keeper.Slot.WaitUnlessDownAsync(cancellationToken)).Connection;

    /// <summary>Completes an append with the answer of Redis. Without one it is left to the next handshake.</summary>
    private async Task ReceiveAsync(AppendInFlight append, long asked)
    {
        var goesByHead = append.Known == Tail.Head;
        try
        {
            if (await append.Link.AnswerAsync(append.Sent, goesByHead) is not { } reply)
            {
                append.Fail(new LogUnavailableException("Redis is not as it was; the log is asked anew.", true));
                return;
            }

            var entry = append.Batch.EntryAt(reply.Position(1), reply.Number(4), append.Link.Incarnation);
            if (Tail.TryDeliver(append.Link, entry, reply.Position(5)))
            {
                Observer?.Contacted(asked, entry.LastZxid);
                append.Complete(entry);
            }
        }
        catch (Exception refusal) when (refusal is LogRegressedException
            or LogUnavailableException { RefusesWrites: true })
        {
            append.Fail(refusal);
        }
        catch (LogUnavailableException)
        {
            // The link is broken; what became of the append is for the next to find out.
        }
    }

    /// <summary>Some entries that the tail does not have, or none where it will have them soon.</summary>
    private async Task<List<LogEntry>> ReadStoredAsync(string? logId, LogPosition after, bool wasInLog,
        CancellationToken cancellationToken)
    {
        while (true)
        {
            var link = await Keeper.Slot.WaitAsync(cancellationToken);
            if (logId is not null && link.Connection.Generation.LogId != logId)
            {
                throw new LogRegressedException($"{_location}: it was replaced by another log, as was accepted");
            }

            var version = Tail.Entries.Version;
            try
            {
                var view = await link.LookAsync(after, cancellationToken);
                if (view.Place == ChainPlace.Below)
                {
                    throw Refusals.Trimmed(_location, after, view.Floor);
                }

                if (view.Place != ChainPlace.On)
                {
                    throw wasInLog || Tail.Regressions > 0
                        ? new LogRegressedException($"{_location}: zxid {after.Zxid} was in the log and is no more")
                        : Refusals.Foreign(_location, after);
                }

                var entries = await DecodeAsync(link, after, cancellationToken);
                if (entries.Count == 0)
                {
                    Tail.Wake();
                    await Tail.Entries.WaitAsync(version, cancellationToken);
                }

                return entries;
            }
            catch (LogUnavailableException)
            {
                await link.Replaced.WaitAsync(cancellationToken);
            }
        }
    }

    private static async Task<List<LogEntry>> DecodeAsync(RedisLink link, LogPosition after,
        CancellationToken cancellationToken)
    {
        var entries = new List<LogEntry>();
        try
        {
            foreach (var stored in await EntryStream.ReadAsync(link.Connection, after.Zxid, cancellationToken))
            {
                entries.Add(stored.DecodeAfter(after));
                after = stored.Position;
            }
        }
        catch (InvalidDataException damage)
        {
            // Those before it are good; and what follows from none may have been trimmed away below it.
            if (entries.Count == 0 && (await link.LookAsync(after, cancellationToken)).Place == ChainPlace.On)
            {
                throw RedisTail.Damaged(link, after, damage);
            }
        }
        catch (UnknownFormatException newer)
        {
            if (entries.Count == 0)
            {
                throw RedisTail.TooNew(link, after, newer);
            }
        }

        return entries;
    }
}
