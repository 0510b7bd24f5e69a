using System.Globalization;
using System.Security.Cryptography;
using StackExchange.Redis;

namespace WebCoord.TransactionLog.Redis;

/// <summary>What a look at the log shows.</summary>
internal readonly record struct LogView(ChainPlace Place, LogPosition Head, LogPosition Floor);

/// <summary>
/// A connection that has shaken hands. All that it sends goes by the generation that was agreed on, and its appends by
/// an incarnation of their own: once this link is replaced, nothing of it takes effect any more.
/// </summary>
/// <param name="lastSent">The sequence that its incarnation is registered with.</param>
internal sealed class RedisLink(RedisConnection connection, RedisGeneration generation, long incarnation, long lastSent)
    : IAsyncDisposable
{
    private static readonly RedisScript AppendScript = new("append");
    private static readonly RedisScript LookScript = new("look");

    private readonly RedisScript _append = AppendScript.ForGeneration(generation.Nonce);
    private readonly RedisScript _look = LookScript.ForGeneration(generation.Nonce);
    private readonly SentSequences _sequences = new(lastSent);
    private readonly TaskCompletionSource _replaced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private byte[] _appendSha1 = [];
    private byte[] _lookSha1 = [];

    public RedisConnection Connection => connection;

    /// <summary>Completes once the link was given up; another one may be there then.</summary>
    public Task Replaced => _replaced.Task;

    public long Incarnation => incarnation;

    /// <summary>As hints have it.</summary>
    public string IncarnationText { get; } = incarnation.ToString(CultureInfo.InvariantCulture);

    /// <summary>Makes the scripts known to Redis by running each once in vain, with a nonce that no generation has: so
    /// they are loaded where the keys are.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        await connection.RunAsync(_append, [""], cancellationToken);
        await connection.RunAsync(_look, [""], cancellationToken);
        (_appendSha1, _lookSha1) = (_append.Sha1(), _look.Sha1());
    }

    /// <summary>No link any more: others may be waited for.</summary>
    public void GiveUp() => _replaced.TrySetResult();

    /// <summary>Sends a batch, before the first await. Calls must come one at a time, in the order of the sequences.
    /// </summary>
    public async Task<RedisResult> SendAsync(Batch batch, LogPosition known)
    {
        // Its own: the client library may send it after the batch was given up.
        var payload = batch.Payload.ToArray();
        var previous = _sequences.Send(batch.Sequence);
        try
        {
            var answer = await connection.RunLoadedAsync(_appendSha1,
                [
                    generation.Nonce, .. RedisReply.Arguments(known), IncarnationText, previous, batch.Sequence,
                    batch.Requests.Length, Convert.ToHexStringLower(SHA256.HashData(payload)), payload,
                    connection.Keys.Hint,
                ]);
            switch (new RedisReply(answer).Status)
            {
                case "OK":
                    _sequences.Take(batch.Sequence);
                    break;
                case "BEHIND" or "APART":
                    _sequences.Refuse(batch.Sequence);
                    break;
            }

            return answer;
        }
        catch (RedisServerException failure) when (WritesRefusedException.Of(failure) is not null)
        {
            _sequences.Refuse(batch.Sequence);
            throw;
        }
    }

    /// <summary>The answer to a batch; null if Redis refused it, so that it was not appended and never will be: then
    /// the link is broken.</summary>
    /// <param name="goesByHead">Whether the position that was sent is the end of the log as this process knows it: then
    /// hands must be shaken again if it is not there.</param>
    /// <exception cref="LogUnavailableException">There is no answer: the link is broken, and another may find out. Or,
    /// with a <see cref="WritesRefusedException"/> within, it was not appended and never will be.</exception>
    /// <exception cref="LogRegressedException">It was not appended and never will be: what the caller goes by is not
    /// in the log.</exception>
    public async Task<RedisReply?> AnswerAsync(Task<RedisResult> sent, bool goesByHead)
    {
        var reply = new RedisReply(await connection.AnswerAsync(sent, CancellationToken.None));
        if (reply.Status == "OK")
        {
            return reply;
        }

        if (reply.Status == "BEHIND")
        {
            throw connection.Refused(new WritesRefusedException("it has refused what was sent before this"));
        }

        if (reply.Status == "APART" && !goesByHead)
        {
            throw new LogRegressedException("this instance's state is not that of the log at present");
        }

        connection.Break(new StaleGenerationException(reply.Text(1)));
        return null;
    }

    /// <summary>The head, and where a position stands.</summary>
    /// <exception cref="LogUnavailableException">There is no answer, or hands must be shaken again.</exception>
    public async Task<LogView> LookAsync(LogPosition position, CancellationToken cancellationToken)
    {
        var asked = connection.RunLoadedAsync(_lookSha1, [generation.Nonce, .. RedisReply.Arguments(position)]);
        var reply = new RedisReply(await connection.AnswerAsync(asked, cancellationToken));
        if (reply.Status == "OK")
        {
            return new LogView(reply.Place(1), reply.Position(2), reply.Position(5));
        }

        throw Stale(reply.Text(1));
    }

    /// <summary>Breaks the link, so that hands are shaken again.</summary>
    public LogUnavailableException Stale(string why)
    {
        var stale = new StaleGenerationException(why);
        connection.Break(stale);
        return new LogUnavailableException($"Redis at {connection.Location} is not as it was ({why}).", true, stale);
    }

    /// <summary>Lets Redis forget incarnations under which nothing is appended any more, should it answer. Nothing
    /// depends on it.</summary>
    public async Task ForgetAsync(IEnumerable<long> incarnations)
    {
        try
        {
            await connection.AskAsync(() => connection.Database.HashDeleteAsync(connection.Keys.Appenders,
                [.. incarnations.Select(gone => (RedisValue)gone)], CommandFlags.DemandMaster), CancellationToken.None);
        }
        catch (LogUnavailableException)
        {
            // Handshakes look through those that ended long ago.
        }
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();
}
