using WebCoord.Core;
using WebCoord.TransactionLog.Redis;

namespace WebCoord.TransactionLog.Tests.Redis;

/// <summary>What is told of appends while the way to Redis fails: never that one did not happen when it did or will,
/// and never that one happened when it did not.</summary>
public sealed class OutcomeTests
{
    private const int MaxRounds = 40;

    private static readonly TimeSpan Timeout = TimeSpan.FromMilliseconds(500);

    [RedisFact]
    public async Task Redis_killed_in_the_middle_of_appends_leaves_every_outcome_told_honestly()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        await using var server = await RedisServer.StartAsync();
        var options = RedisLogs.Options(server) with { Timeout = TimeSpan.FromSeconds(5) };
        await using var first = await RedisLogs.OpenAsync(options);
        await using var second = await RedisLogs.OpenAsync(options);
        AppendingClient[] clients = [new(first, "first"), new(second, "second")];
        using var stop = new CancellationTokenSource();
        var running = Task.WhenAll(clients.Select(client => Task.Run(() => client.RunAsync(stop.Token))));

        // At least so often, and until a kill has met both in the middle of appends or just before some.
        for (var round = 0; round < 5 || clients.Any(client => client.NotApplied == 0); round++)
        {
            Assert.True(round < MaxRounds, $"nothing was ever told as not applied, seed {seed}");
            await ProgressAsync(clients, 20);
            await Task.Delay(random.Next(100));
            await server.KillAsync();
            await Task.Delay(random.Next(100));
            await server.RestartAsync();
        }

        await ProgressAsync(clients, 20);
        await stop.CancelAsync();
        await running.WaitAsync(Puts.Patience);

        await CheckAsync(first, clients, $"seed {seed}");
    }

    [RedisFact]
    public async Task A_batch_still_on_its_way_is_never_appended_once_it_was_reported_not_applied()
    {
        await using var server = await RedisServer.StartAsync();
        await using var proxy = new TcpProxy(server.Port);

        // Time enough for another connection and its handshake, which settles what became of the two batches.
        await using var log = await RedisLogs.OpenAsync(
            Through(proxy, server) with { Timeout = TimeSpan.FromSeconds(3) });
        var client = new AppendingClient(log, "held");
        await client.AppendAsync();

        proxy.Hold();
        await Task.WhenAll(client.AppendAsync(), client.AppendAsync());
        Assert.Equal((1, 2), (client.Acknowledged, client.NotApplied));
        Assert.True(proxy.Held > 0);
        var executed = await EvaluationsAsync();
        proxy.Release();

        // The two batches, and perhaps a look that was on its way, too.
        await Eventually.HoldsAsync(async () => await EvaluationsAsync() >= executed + 2);
        await Eventually.HoldsAsync(async () =>
        {
            await client.AppendAsync();
            return client.Acknowledged == 2;
        });
        await CheckAsync(log, [client], "");

        async Task<int> EvaluationsAsync()
        {
            var line = await server.InfoAsync("cmdstat_evalsha");
            return int.Parse(line.Split('=', ',')[1], System.Globalization.CultureInfo.InvariantCulture);
        }
    }

    [RedisFact]
    public async Task Whoever_retires_an_incarnation_learns_how_far_it_came_and_ends_it_in_one_step()
    {
        await using var server = await RedisServer.StartAsync();
        var options = RedisLogs.Options(server);
        await using var log = await RedisLogs.OpenAsync(options);
        var entry = (await log.AppendAsync(1, 3))[2];

        await using var connection = await RedisConnection.OpenAsync(
            options, new RedisKeys(options.Prefix), Puts.Patience, default);
        var offer = new HandshakeOffer { OldIncarnation = entry.Incarnation, NewIncarnation = 1 };
        var answer = await Handshake.ShakeAsync(connection, offer, default);
        var again = await Handshake.ShakeAsync(connection, offer with { NewIncarnation = 2 }, default);
        Assert.Equal((3, 3), (answer.OldLastSequence, again.OldLastSequence));

        var refusal = await Assert.ThrowsAsync<LogUnavailableException>(
            () => log.AppendAsync(4, Puts.Batch(1), CancellationToken.None));
        Assert.True(refusal.OutcomeKnown);
        await RedisLogs.AnswersAsync(log);
        Assert.Equal(entry.LastZxid.Value + 1, (await log.AppendAsync(5, 1))[0].LastZxid.Value);
    }

    [RedisFact]
    public async Task A_batch_is_refused_when_the_one_sent_before_it_did_not_make_it()
    {
        await using var server = await RedisServer.StartAsync();
        var options = RedisLogs.Options(server);
        await using var connection = await RedisConnection.OpenAsync(
            options, new RedisKeys(options.Prefix), Puts.Patience, default);
        var offer = new HandshakeOffer { NewIncarnation = 1, MayCreate = true };
        var answer = await Handshake.ShakeAsync(connection, offer, default);
        await using var link = new RedisLink(connection, answer.Generation, 1, 0);
        await link.LoadAsync(default);
        using var first = new Batch(1, Puts.Batch(1));
        using var third = new Batch(3, Puts.Batch(1));
        await link.AnswerAsync(link.SendAsync(first, LogPosition.Start), true);

        // As if the second had been sent and refused.
        var after = new RedisLink(connection, answer.Generation, 1, 2);
        await after.LoadAsync(default);
        var refusal = await Assert.ThrowsAsync<LogUnavailableException>(
            () => after.AnswerAsync(after.SendAsync(third, LogPosition.Start), true));
        Assert.IsType<WritesRefusedException>(refusal.InnerException);
        Assert.True(refusal.OutcomeKnown);
        Assert.False(connection.Broken.IsCompleted);
    }

    [RedisFact]
    public async Task A_batch_without_an_answer_of_its_own_is_not_taken_for_refused_because_another_was()
    {
        await using var server = await RedisServer.StartAsync();
        await using var proxy = new TcpProxy(server.Port);
        var options = Through(proxy, server) with { Timeout = Puts.Patience };
        await using var connection = await RedisConnection.OpenAsync(
            options, new RedisKeys(options.Prefix), Puts.Patience, default);
        var offer = new HandshakeOffer { NewIncarnation = 1, MayCreate = true };
        var answer = await Handshake.ShakeAsync(connection, offer, default);
        await using var link = new RedisLink(connection, answer.Generation, 1, 0);
        await link.LoadAsync(default);
        proxy.Hold();
        using var batch = new Batch(1, Puts.Batch(1));
        var answering = link.AnswerAsync(link.SendAsync(batch, LogPosition.Start), true);
        connection.Break(new StaleGenerationException("as another answer said"));
        await Assert.ThrowsAsync<LogUnavailableException>(() => answering);
    }

    [RedisFact]
    public async Task Redis_halted_for_longer_than_the_timeout_leaves_every_outcome_told_honestly()
    {
        await using var server = await RedisServer.StartAsync();
        await using var log = await RedisLogs.OpenAsync(RedisLogs.Options(server) with { Timeout = Timeout });
        var client = new AppendingClient(log, "halted");
        using var stop = new CancellationTokenSource();
        var running = Task.Run(() => client.RunAsync(stop.Token));
        for (var round = 1; round <= 3; round++)
        {
            await ProgressAsync([client], 10);
            await server.PauseAsync();
            await Task.Delay(Timeout * (round + 0.5));
            await server.ResumeAsync();
        }

        await ProgressAsync([client], 10);
        await stop.CancelAsync();
        await running.WaitAsync(Puts.Patience);
        Assert.True(client.NotApplied + client.Unknown > 0);
        await CheckAsync(log, [client], "");
    }

    [RedisFact]
    public async Task Connections_that_are_cut_leave_every_outcome_told_honestly()
    {
        await using var server = await RedisServer.StartAsync();
        await using var proxy = new TcpProxy(server.Port);
        await using var log = await RedisLogs.OpenAsync(
            Through(proxy, server) with { Timeout = TimeSpan.FromSeconds(5) });
        var client = new AppendingClient(log, "cut");
        using var stop = new CancellationTokenSource();
        var running = Task.Run(() => client.RunAsync(stop.Token));
        for (var round = 0; round < 10; round++)
        {
            await ProgressAsync([client], 20);
            proxy.Cut();
        }

        await ProgressAsync([client], 20);
        await stop.CancelAsync();
        await running.WaitAsync(Puts.Patience);
        Assert.Equal(0, client.Unknown);
        await CheckAsync(log, [client], "");
    }

    private static RedisLogOptions Through(TcpProxy proxy, RedisServer server) =>
        RedisLogs.Options(server) with { Configuration = proxy.Endpoint, Timeout = Timeout };

    /// <summary>Waits until each client had some more acknowledged.</summary>
    private static async Task ProgressAsync(AppendingClient[] clients, int more)
    {
        foreach (var client in clients)
        {
            var goal = client.Acknowledged + more;
            await Eventually.HoldsAsync(() => Task.FromResult(client.Acknowledged >= goal));
        }
    }

    private static async Task CheckAsync(RedisTransactionLog log, AppendingClient[] clients, string context)
    {
        var head = await log.LookAsync(null, CancellationToken.None);
        var entries = new List<LogEntry>();
        await foreach (var entry in log.ReadAsync(LogPosition.Start, CancellationToken.None))
        {
            entries.Add(entry);
            if (entry.LastZxid == head.Zxid)
            {
                break;
            }
        }

        foreach (var client in clients)
        {
            client.Check(entries, context);
        }
    }
}
