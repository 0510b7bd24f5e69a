using System.Security.Cryptography;
using StackExchange.Redis;
using WebCoord.Core;
using WebCoord.Core.Snapshots;

namespace WebCoord.TransactionLog.Redis;

/// <summary>
/// The snapshots beside a log in Redis. A snapshot is written in chunks, which expire until a script makes it count;
/// the two newest are kept. Any number of processes may save, load and trim at once.
/// </summary>
internal sealed class RedisSnapshots
{
    /// <summary>How long nobody else begins a snapshot after one was begun or a chunk of it written.</summary>
    public static readonly TimeSpan ClaimTime = TimeSpan.FromSeconds(10);

    /// <summary>How long the chunks of a damaged snapshot can be looked at.</summary>
    private static readonly TimeSpan DamagedTime = TimeSpan.FromDays(1);

    /// <summary>Entries that Redis drops at a time, while it does nothing else: some milliseconds.</summary>
    private const int TrimStep = 10_000;

    private static readonly RedisScript Claim = new("claim", "snapshots");
    private static readonly RedisScript Publish = new("publish", "snapshots");
    private static readonly RedisScript Restore = new("restore", "snapshots");
    private static readonly RedisScript Discard = new("discard", "snapshots", runsWhenFull: true);
    private static readonly RedisScript Trim = new("trim", "snapshots", runsWhenFull: true);
    private static readonly RedisScript Survey = new("survey", "snapshots");

    private readonly string _writer = Random();

    /// <summary>Saves a snapshot, unless another process is just doing that or has just done it.</summary>
    /// <returns>Whether it was saved.</returns>
    /// <exception cref="LogUnavailableException">Redis does not answer or is not as it was, or it took so long that the
    /// first chunks were gone when the last came.</exception>
    public async Task<bool> SaveAsync(RedisConnection connection, CoordinationState state,
        CancellationToken cancellationToken)
    {
        var position = LogPosition.Of(state);
        RedisValue[] claim =
        [
            connection.Generation.Nonce, .. RedisReply.Arguments(position), _writer, (long)ClaimTime.TotalMilliseconds,
        ];
        if (!IsOk(await RunAsync(connection, Claim, claim, cancellationToken, connection.Keys.SnapshotClaim)))
        {
            return false;
        }

        return await WriteAsync(connection, state, connection.Generation.LogId, async manifest =>
        {
            RedisValue[] publish = [connection.Generation.Nonce, .. Arguments(manifest)];
            return IsOk(
                await RunAsync(connection, Publish, publish, cancellationToken, connection.Keys.SnapshotClaim));
        }, cancellationToken);
    }

    /// <summary>Begins a lost log anew, from a state that this process still has.</summary>
    /// <exception cref="LogRefusedException">There is something of a log already.</exception>
    /// <exception cref="LogUnavailableException">Redis does not answer; it tells whether it may have begun.</exception>
    public Task RestoreAsync(RedisConnection connection, string logId, CoordinationState state,
        CancellationToken cancellationToken) =>
        WriteAsync(connection, state, logId, async manifest =>
        {
            RedisValue[] restore = [logId, .. Arguments(manifest), Random()];
            try
            {
                return IsOk(await RunAsync(connection, Restore, restore, cancellationToken));
            }
            catch (LogUnavailableException silence) when (!silence.RefusesWrites)
            {
                throw new LogUnavailableException(silence.Message, outcomeKnown: false, silence);
            }
        }, cancellationToken);

    /// <summary>Loads the newest snapshot that is whole and that the log continues; null when there is none and the log
    /// goes back to its very beginning.</summary>
    /// <param name="damaged">Gets what is wrong with the ones that were passed over.</param>
    /// <exception cref="LogRefusedException">There is none, though the log does not go back that far.</exception>
    /// <exception cref="LogUnavailableException">Redis does not answer or is not as it was.</exception>
    public static async Task<CoordinationState?> LoadAsync(RedisConnection connection, LogPosition start,
        Action<long, long>? progress, ICollection<string> damaged, CancellationToken cancellationToken)
    {
        var passedOver = new Dictionary<string, string>(StringComparer.Ordinal);
        while (true)
        {
            var (floor, kept) = await SurveyAsync(connection, cancellationToken);
            if (kept.FirstOrDefault(snapshot => !passedOver.ContainsKey(snapshot.Attempt)) is not { } next)
            {
                Report(passedOver.Values, damaged);
                return floor.Zxid == start.Zxid
                    ? null
                    : throw NoneWhole(connection, floor, string.Join("; ", passedOver.Values));
            }

            try
            {
                var state = await ReadAsync(connection, next, progress, cancellationToken);
                Report(passedOver.Values, damaged);
                await DiscardAsync(connection, passedOver.Keys, cancellationToken);
                return state;
            }
            catch (InvalidDataException damage)
            {
                // One that newer ones have replaced meanwhile is not damaged: then the newest is loaded.
                (_, kept) = await SurveyAsync(connection, cancellationToken);
                if (kept.Any(snapshot => snapshot.Attempt == next.Attempt))
                {
                    passedOver[next.Attempt] = $"{Where(connection)}: snapshot {next.Attempt}: {damage.Message}";
                }
            }
            catch (UnknownFormatException newer)
            {
                throw new LogTooNewException($"{Where(connection)}: snapshot {next.Attempt}: {newer.Message}", newer);
            }
        }
    }

    /// <summary>Drops the entries that the older of the two kept snapshots covers, some at a time.</summary>
    /// <exception cref="LogUnavailableException">Redis does not answer or is not as it was.</exception>
    public static async Task TrimAsync(RedisConnection connection, CancellationToken cancellationToken)
    {
        RedisValue[] arguments = [connection.Generation.Nonce, TrimStep];
        while (!IsOk(await RunAsync(connection, Trim, arguments, cancellationToken)))
        {
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private static RedisValue[] Arguments(SnapshotManifest manifest) =>
    [
        .. RedisReply.Arguments(manifest.Position), manifest.Attempt, manifest.Chunks, manifest.Bytes, manifest.Digest,
        manifest.Writer,
    ];

    private static bool IsOk(RedisResult[] answer) => (string)answer[0]! == "OK";

    private static string Random() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    private static string Where(RedisConnection connection) =>
        $"The log {connection.Keys.Tag} at {connection.Location}";

    /// <summary>Runs what blocks on a thread of its own: those of the pool are for answers.</summary>
    private static Task<T> OnThreadAsync<T>(Func<T> work, CancellationToken cancellationToken) =>
        Task.Factory.StartNew(work, cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Runs a script; its answer begins with a status that is not a failure.</summary>
    private static async Task<RedisResult[]> RunAsync(RedisConnection connection, RedisScript script,
        RedisValue[] arguments,
        CancellationToken cancellationToken, params RedisKey[] moreKeys)
    {
        var answer = (RedisResult[])(await connection.RunAsync(script, arguments, cancellationToken, moreKeys))!;
        switch ((string)answer[0]!)
        {
            case "STALE" or "ROLE":
                var stale = new StaleGenerationException((string)answer[1]!);
                connection.Break(stale);
                throw new LogUnavailableException($"{Where(connection)} is not as it was ({answer[1]}).", true, stale);
            case "GONE":
                throw new LogUnavailableException($"{Where(connection)}: a snapshot took so long to write that its "
                    + "first chunks expired before the last came.", true);
            case "THERE":
                throw new LogRefusedException($"{Where(connection)} is not empty: there is {answer[1]}. Nothing was "
                    + $"changed; to go on with the state that this instance has, first {connection.Keys.Clearing}");
            default:
                return answer;
        }
    }

    /// <summary>The floor, and the snapshots that count, the newest first.</summary>
    private static async Task<(LogPosition Floor, IReadOnlyList<Kept> Kept)> SurveyAsync(RedisConnection connection,
        CancellationToken cancellationToken)
    {
        const int first = 4;
        const int fields = 3;
        var answer = await RunAsync(connection, Survey, [connection.Generation.Nonce], cancellationToken);
        var floor = new LogPosition(
            Zxid.Create((int)answer[1], (uint)(long)answer[2]), (string)answer[3]!);
        return (floor,
        [
            .. answer.Skip(first).Chunk(fields)
                .Select(kept => new Kept((string)kept[0]!, (string)kept[1]!, (string)kept[2]! == "ON")),
        ]);
    }

    private static async Task<CoordinationState> ReadAsync(RedisConnection connection, Kept kept,
        Action<long, long>? progress, CancellationToken cancellationToken)
    {
        var manifest = SnapshotManifest.Parse(kept.Attempt, kept.Manifest);
        if (!kept.IsOnChain || manifest.LogId != connection.Generation.LogId)
        {
            throw new InvalidDataException($"the log has no entry of zxid {manifest.Position.Zxid} with the chain hash "
                + $"{manifest.Position.ChainHash} that it ends with");
        }

        return await OnThreadAsync(() => Read(connection, manifest, progress, cancellationToken), cancellationToken);
    }

    private static CoordinationState Read(RedisConnection connection, SnapshotManifest manifest,
        Action<long, long>? progress, CancellationToken cancellationToken)
    {
        using var chunks = new SnapshotChunkReader(connection, manifest, cancellationToken);
        var state = SnapshotCodec.Read(chunks, progress, cancellationToken);
        return LogPosition.Of(state) == manifest.Position
            ? state
            : throw new InvalidDataException($"it holds the state of zxid {state.LastZxid}, its manifest says "
                + manifest.Position.Zxid);
    }

    private static void Report(IEnumerable<string> passedOver, ICollection<string> damaged)
    {
        foreach (var damage in passedOver)
        {
            damaged.Add(damage);
        }
    }

    private static async Task DiscardAsync(RedisConnection connection, IEnumerable<string> attempts,
        CancellationToken cancellationToken)
    {
        foreach (var attempt in attempts)
        {
            RedisValue[] discard = [connection.Generation.Nonce, attempt, (long)DamagedTime.TotalMilliseconds];
            await RunAsync(connection, Discard, discard, cancellationToken);
        }
    }

    private static LogRefusedException NoneWhole(RedisConnection connection, LogPosition floor,
        string damaged)
    {
        var what = damaged.Length > 0 ? $"no snapshot is whole: {damaged}"
            : "there is no snapshot of what was before";
        return new LogRefusedException($"{Where(connection)} begins after zxid {floor.Zxid}, and {what}. Nothing was "
            + "changed; bring the data of this Redis back from a backup");
    }

    private async Task<bool> WriteAsync(RedisConnection connection, CoordinationState state, string logId,
        Func<SnapshotManifest, Task<bool>> finishAsync, CancellationToken cancellationToken)
    {
        using var chunks = new SnapshotChunkWriter(connection, state.LastZxid, _writer, cancellationToken);
        var mayCount = false;
        try
        {
            var manifest = await OnThreadAsync(() =>
            {
                SnapshotCodec.Write(state, chunks, cancellationToken);
                return chunks.Finish(LogPosition.Of(state), logId);
            }, cancellationToken);

            // Without an answer to this it may count, or come to; if it does not, the chunks expire.
            mayCount = true;
            mayCount = await finishAsync(manifest);
            return mayCount;
        }
        catch (LogRefusedException)
        {
            mayCount = false;
            throw;
        }
        finally
        {
            if (!mayCount)
            {
                chunks.Abandon();
            }
        }
    }

    /// <summary>A snapshot that counts, and whether the log goes on after it.</summary>
    private sealed record Kept(string Attempt, string Manifest, bool IsOnChain);
}
