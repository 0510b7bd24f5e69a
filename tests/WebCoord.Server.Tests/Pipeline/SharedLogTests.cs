using System.Collections.Concurrent;
using WebCoord.Core;
using WebCoord.Core.Commands;
using WebCoord.Core.Sessions;
using WebCoord.Core.Tree;
using WebCoord.Core.Watches;
using WebCoord.Server.Pipeline;
using WebCoord.TransactionLog;

namespace WebCoord.Server.Tests.Pipeline;

/// <summary>Several instances on one log: what each may say, and what it does when the log goes back or goes on without
/// it.</summary>
public sealed class SharedLogTests
{
    private static readonly string[] QuickTicks =
        ["WebCoord:Sessions:TickMs=50", "WebCoord:Sessions:MinTimeoutMs=200", "WebCoord:Sessions:MaxTimeoutMs=60000"];

    private readonly SharedStore _store = new();

    [Fact]
    public async Task A_read_sees_what_another_instance_acknowledged_and_a_local_one_need_not()
    {
        await using var first = await RunningPipeline.StartSharedAsync(_store);
        await using var second = await RunningPipeline.StartSharedAsync(_store);
        second.SharedLog.HoldReading();
        var written = await first.PutAsync("/a", "new");
        var read = second.Get<ReadGate>().ReadAsync(default, CancellationToken.None).AsTask();
        var local = await second.Get<ReadGate>().ReadAsync(new Freshness(true, default), CancellationToken.None);
        Assert.Null(local.State.Tree.Find("/a"));
        Assert.False(read.IsCompleted);
        second.SharedLog.Read();
        var view = await read.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(ErrorCode.Ok, view.Error);
        Assert.True(view.State.LastZxid >= written.Zxid);
    }

    [Fact]
    public async Task Reads_that_come_during_a_look_share_the_next_one()
    {
        await using var pipeline = await RunningPipeline.StartSharedAsync(_store);
        var gate = pipeline.Get<ReadGate>();
        pipeline.SharedLog.HoldAnswers();
        var before = pipeline.SharedLog.Looks;
        var first = gate.ReadAsync(default, CancellationToken.None).AsTask();
        var later = Enumerable.Range(0, 50)
            .Select(_ => gate.ReadAsync(default, CancellationToken.None).AsTask()).ToArray();
        Assert.Equal(before + 1, pipeline.SharedLog.Looks);
        pipeline.SharedLog.Answer();
        await Task.WhenAll([first, .. later]).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(before + 2, pipeline.SharedLog.Looks);
    }

    [Theory]
    [InlineData(false, ErrorCode.LogUnavailable)]
    [InlineData(true, ErrorCode.LogLost)]
    public async Task Without_the_log_only_local_reads_are_answered(bool isLost, ErrorCode expected)
    {
        await using var pipeline = await RunningPipeline.StartSharedAsync(_store);
        await pipeline.PutAsync("/a");
        pipeline.SharedLog.FailWith(new LogUnavailableException("It is away.", outcomeKnown: true) { IsLost = isLost });
        var gate = pipeline.Get<ReadGate>();
        Assert.Equal(expected, (await gate.ReadAsync(default, CancellationToken.None)).Error);
        var local = await gate.ReadAsync(new Freshness(true, default), CancellationToken.None);
        Assert.NotNull(local.State.Tree.Find("/a"));
        Assert.Equal(expected, (await pipeline.PutAsync("/b")).Error);
        pipeline.SharedLog.FailWith(null);

        // What was queued behind a write that failed fails with it, so the first may be refused yet.
        ApplyResult written;
        do
        {
            written = await pipeline.PutAsync("/b");
        }
        while (written.Error == ErrorCode.LogUnavailable);
        Assert.True(written.Succeeded);
    }

    [Fact]
    public async Task Appends_overlap_and_keep_their_order()
    {
        await using var pipeline = await RunningPipeline.StartSharedAsync(_store);
        pipeline.SharedLog.HoldAnswers();
        var before = _store.Entries.Count;
        var writes = new List<Task<ApplyResult>>();
        for (var i = 0; i < 10; i++)
        {
            writes.Add(pipeline.PutAsync("/counter", $"{i}"));
            await Task.Delay(5);
        }

        await RunningPipeline.UntilAsync(() => _store.Entries.Count >= before + pipeline.SharedLog.MaxAppendsInFlight,
            "as many appends are under way as may be");
        pipeline.SharedLog.Answer();
        var zxids = (await Task.WhenAll(writes)).Select(result => result.Zxid).ToList();
        Assert.Equal(zxids.Order(), zxids);
        Assert.Equal(pipeline.SharedLog.MaxAppendsInFlight, pipeline.SharedLog.MostUnderWay);
        Assert.Equal("9"u8.ToArray(), pipeline.State.Tree.Find("/counter")!.Data?.ToArray());
    }

    [Fact]
    public async Task What_waits_behind_appends_that_fail_is_refused_with_them_and_the_instance_goes_on()
    {
        await using var pipeline = await RunningPipeline.StartSharedAsync(_store);
        pipeline.SharedLog.HoldAnswers();
        pipeline.SharedLog.HoldReading();
        var before = _store.Entries.Count;
        var underWay = new List<Task<ApplyResult>>();
        while (_store.Entries.Count < before + pipeline.SharedLog.MaxAppendsInFlight)
        {
            underWay.Add(pipeline.PutAsync("/a"));
            await Task.Delay(20);
        }

        var waiting = pipeline.PutAsync("/b");
        pipeline.SharedLog.FailWith(new LogUnavailableException("It is away.", outcomeKnown: false));
        pipeline.SharedLog.Answer();
        Assert.Equal(ErrorCode.LogUnavailable, (await waiting.WaitAsync(TimeSpan.FromSeconds(30))).Error);
        Assert.All(await Task.WhenAll(underWay),
            result => Assert.True(result.Error is ErrorCode.OutcomeUnknown or ErrorCode.LogUnavailable));
        pipeline.SharedLog.FailWith(null);
        pipeline.SharedLog.Read();
        await RunningPipeline.UntilAsync(() => pipeline.State.Tree.Find("/a") is not null, "it reads on");
        Assert.Null(pipeline.State.Tree.Find("/b"));
        ApplyResult written;
        do
        {
            written = await pipeline.PutAsync("/b");
        }
        while (written.Error == ErrorCode.LogUnavailable);
        Assert.True(written.Succeeded);
    }

    [Fact]
    public async Task A_log_that_went_back_takes_every_instance_with_it()
    {
        await using var first = await RunningPipeline.StartSharedAsync(_store);
        await using var second = await RunningPipeline.StartSharedAsync(_store);
        await first.PutAsync("/kept");
        var lost = await first.PutAsync("/lost");
        await RunningPipeline.UntilAsync(() => second.State.Tree.Find("/lost") is not null, "both have applied it");
        var watcher = new RecordingWatcher();
        second.Applier.Arm((_, watches) =>
        {
            watches.Add("/kept", WatchKind.Data, WatchMode.OneShot, watcher);
            return true;
        });

        LoseFrom(lost.Zxid);
        await UntilGoneAsync("/lost", first);
        await UntilGoneAsync("/lost", second);
        Assert.NotNull(second.State.Tree.Find("/kept"));
        Assert.True(watcher.IsDisplaced);
        Assert.Equal(0, second.Applier.WatchCount);

        var written = await second.PutAsync("/new");
        Assert.True(written.Zxid > lost.Zxid);
        Assert.True(second.State.IsLost(lost.Zxid));
        var view = await second.Get<ReadGate>().ReadAsync(new Freshness(false, lost.Zxid), CancellationToken.None);
        Assert.Equal(ErrorCode.CursorExpired, view.Error);
        await RunningPipeline.UntilAsync(() => first.State.Tree.Find("/new") is not null, "the other follows");
        Assert.Equal(first.State.Tree.Digest, second.State.Tree.Digest);
    }

    [Fact]
    public async Task Nothing_that_the_log_has_lost_is_shown_as_fresh_before_the_instance_knows_of_the_loss()
    {
        await using var pipeline = await RunningPipeline.StartSharedAsync(_store);
        await pipeline.PutAsync("/kept");
        var lost = await pipeline.PutAsync("/lost");
        pipeline.SharedLog.HoldReading();
        LoseFrom(lost.Zxid);
        var gate = pipeline.Get<ReadGate>();
        var view = await gate.ReadAsync(default, CancellationToken.None);
        Assert.Equal(ErrorCode.LogUnavailable, view.Error);
        pipeline.SharedLog.Read();
        await UntilGoneAsync("/lost", pipeline);
        view = await gate.ReadAsync(default, CancellationToken.None);
        Assert.Equal(ErrorCode.Ok, view.Error);
        Assert.NotNull(view.State.Tree.Find("/kept"));
    }

    [Fact]
    public async Task Sessions_that_saw_what_was_lost_end_with_that_reason_and_others_live_on()
    {
        await using var first = await RunningPipeline.StartSharedAsync(_store);
        await using var second = await RunningPipeline.StartSharedAsync(_store);
        var saw = await OpenAsync(first);
        var knewNothing = await OpenAsync(second);
        await RunningPipeline.UntilAsync(() => second.State.Sessions.Count == 2, "the second knows both");
        second.SharedLog.HoldReading();
        var lost = await first.PutAsync("/lost");
        LoseFrom(lost.Zxid);
        second.SharedLog.Read();

        await RunningPipeline.UntilAsync(() => second.State.Sessions.Find(saw.Id) is null, "its session is ended");
        Assert.Equal(SessionEndReason.LogRegressed, second.State.Sessions.Ended[saw.Id].Reason);
        Assert.NotNull(second.State.Sessions.Find(knewNothing.Id));
    }

    [Fact]
    public async Task A_loss_that_an_instance_slept_through_is_found_out_when_it_catches_up()
    {
        await using var first = await RunningPipeline.StartSharedAsync(_store);
        await using var sleeper = await RunningPipeline.StartSharedAsync(_store);
        var saw = await OpenAsync(sleeper);
        var lost = await first.PutAsync("/lost");
        await RunningPipeline.UntilAsync(() => sleeper.State.Tree.Find("/lost") is not null, "both have applied it");
        sleeper.SharedLog.HoldReading();
        LoseFrom(lost.Zxid);
        await UntilGoneAsync("/lost", first);
        Assert.True((await first.PutAsync("/new")).Succeeded);
        Assert.NotNull(first.State.Sessions.Find(saw.Id));
        _store.TrimTo(first.State);
        sleeper.SharedLog.Read();

        await RunningPipeline.UntilAsync(() => sleeper.State.Sessions.Find(saw.Id) is null, "its session is ended");
        Assert.Equal(SessionEndReason.LogRegressed, sleeper.State.Sessions.Ended[saw.Id].Reason);
        Assert.Null(sleeper.State.Tree.Find("/lost"));
        Assert.NotNull(sleeper.State.Tree.Find("/new"));
    }

    [Fact]
    public async Task Sessions_that_saw_nothing_of_a_loss_live_on_though_they_did_much_since()
    {
        await using var first = await RunningPipeline.StartSharedAsync(_store);
        await using var late = await RunningPipeline.StartSharedAsync(_store);
        var session = await OpenAsync(first);
        var lost = await first.SubmitAsync(
            new Command.CreateSession(60_000, new byte[16], new SessionOwner(late.Get<LocalInstance>().Id, 1)));
        await RunningPipeline.UntilAsync(() => late.State.LastZxid >= lost.Zxid, "the other has applied it");
        late.SharedLog.HoldReading();
        LoseFrom(lost.Zxid);
        await RunningPipeline.UntilAsync(
            () => first.State.Sessions.Count == 1 && !first.Health.IsHeld, "the first knows of the loss");
        var made = await first.SubmitAsync(
            new Command.Create("/lock", null, CreateMode.Ephemeral, Acl.Open), session.Id);
        Assert.True(made.Succeeded, made.Detail);
        late.SharedLog.Read();
        await RunningPipeline.UntilAsync(
            () => late.State.Tree.Find("/lock") is not null && !late.Health.IsHeld, "the late one has caught up");

        // Whatever it proposed goes before this.
        Assert.True((await late.PutAsync("/after")).Succeeded);
        Assert.NotNull(late.State.Tree.Find("/lock"));
        Assert.NotNull(late.State.Sessions.Find(session.Id));
    }

    [Fact]
    public async Task Nothing_is_written_that_was_judged_by_a_state_which_the_log_does_not_have()
    {
        await using var pipeline = await RunningPipeline.StartSharedAsync(_store);
        await pipeline.PutAsync("/kept");
        var lost = await pipeline.PutAsync("/lost");
        var log = pipeline.SharedLog;
        log.HoldReading();
        LoseFrom(lost.Zxid);
        var early = await pipeline.PutAsync("/early");
        Assert.Equal(ErrorCode.LogUnavailable, early.Error);
        log.RefuseSnapshots(new LogRefusedException("no snapshot is whole"));
        log.Read();
        await RunningPipeline.UntilAsync(() => log.Refused > 0, "it loads the state anew");
        Assert.True(pipeline.Health.IsHeld);
        Assert.Equal(ErrorCode.LogUnavailable, (await pipeline.PutAsync("/meanwhile")).Error);
        var own = pipeline.Sequencer.SubmitOwnAsync(new Command.Put("/own", default));
        Assert.False(own.IsCompleted);
        log.RefuseSnapshots(null);
        Assert.True((await own.WaitAsync(TimeSpan.FromSeconds(30))).Succeeded);
        Assert.True((await pipeline.PutAsync("/after")).Succeeded);
        Assert.Null(pipeline.State.Tree.Find("/early"));
        Assert.Null(pipeline.State.Tree.Find("/meanwhile"));
        Assert.NotNull(pipeline.State.Tree.Find("/kept"));
        Assert.NotNull(pipeline.State.Tree.Find("/own"));
    }

    [Fact]
    public async Task A_log_that_takes_no_writes_is_told_once_and_is_well_when_it_takes_one()
    {
        await using var pipeline = await RunningPipeline.StartSharedAsync(_store, QuickTicks);
        var log = pipeline.SharedLog;
        var told = new ConcurrentQueue<bool>();
        pipeline.Health.Changed += told.Enqueue;
        log.RefusesWrites = true;
        Assert.Equal(ErrorCode.LogUnavailable, (await pipeline.PutAsync("/a")).Error);
        for (var i = 0; i < 20; i++)
        {
            pipeline.Health.Contacted(TimeProvider.System.GetTimestamp(), _store.Head.Zxid);
            await Task.Delay(10);
        }

        Assert.Equal([false], told);
        Assert.True(pipeline.Health.IsCurrent);
        var read = await pipeline.Get<ReadGate>().ReadAsync(default, CancellationToken.None);
        Assert.Equal(ErrorCode.Ok, read.Error);
        log.RefusesWrites = false;
        await RunningPipeline.UntilAsync(() => pipeline.Health.IsAvailable, "it finds out by itself");
        Assert.Equal([false, true], told);
    }

    [Fact]
    public async Task What_may_be_the_last_copy_is_kept_until_there_is_a_whole_one_to_put_in_its_place()
    {
        await using var pipeline = await RunningPipeline.StartSharedAsync(_store);
        await pipeline.PutAsync("/kept");
        var lost = await pipeline.PutAsync("/lost");
        var log = pipeline.SharedLog;
        log.RefuseSnapshots(new LogRefusedException("no snapshot is whole"));
        LoseFrom(lost.Zxid);
        await RunningPipeline.UntilAsync(() => log.Refused >= 3, "it has tried again and again");
        Assert.NotNull(pipeline.State.Tree.Find("/lost"));
        var gate = pipeline.Get<ReadGate>();
        Assert.Equal(ErrorCode.LogUnavailable, (await gate.ReadAsync(default, CancellationToken.None)).Error);
        log.RefuseSnapshots(null);
        await UntilGoneAsync("/lost", pipeline);
        Assert.Equal(ErrorCode.Ok, (await gate.ReadAsync(default, CancellationToken.None)).Error);
        Assert.NotNull(pipeline.State.Tree.Find("/kept"));
    }

    [Fact]
    public async Task An_instance_that_slept_beyond_the_trimmed_log_catches_up_and_answers_its_own()
    {
        await using var first = await RunningPipeline.StartSharedAsync(_store);
        await using var sleeper = await RunningPipeline.StartSharedAsync(_store);
        sleeper.SharedLog.HoldReading();
        await first.PutAsync("/before");
        var floor = (await first.PutAsync("/middle")).Zxid;
        await RunningPipeline.UntilAsync(() => first.State.LastZxid >= floor, "the snapshot covers it");
        var snapshot = first.State;
        var own = sleeper.PutAsync("/own");
        await RunningPipeline.UntilAsync(() => _store.Entries.Any(entry =>
            entry.Requests.Any(request => request.Command is Command.Put { Path: "/own" })), "its write is in the log");
        _store.TrimTo(snapshot);
        sleeper.SharedLog.Read();
        Assert.True((await own.WaitAsync(TimeSpan.FromSeconds(30))).Succeeded);
        Assert.NotNull(sleeper.State.Tree.Find("/before"));
        await RunningPipeline.UntilAsync(() => first.State.Tree.Find("/own") is not null, "the other has it");
        Assert.Equal(first.State.Tree.Digest, sleeper.State.Tree.Digest);
    }

    [Fact]
    public async Task A_log_that_is_not_there_is_waited_for_while_the_server_listens()
    {
        var log = new SharedLog(_store, 5);
        log.FailWith(new LogUnavailableException("Nobody listens there.", outcomeKnown: true));
        await using var pipeline = await RunningPipeline.StartSharedAsync(log);
        var service = pipeline.Get<PipelineService>();
        Assert.False(service.IsReady);
        Assert.False(pipeline.Health.IsAvailable);
        log.FailWith(null);
        await service.Ready.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.True(pipeline.Health.IsAvailable);
        Assert.True((await pipeline.PutAsync("/a")).Succeeded);
    }

    [Fact]
    public async Task A_log_that_never_comes_does_not_keep_the_process_from_stopping()
    {
        var log = new SharedLog(_store, 5);
        log.FailWith(new LogUnavailableException("Nobody listens there.", outcomeKnown: true));
        await using var pipeline = await RunningPipeline.StartSharedAsync(log);
        await pipeline.StopAsync().WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task The_first_instance_ends_sessions_and_the_others_give_it_a_tick()
    {
        await using var first = await RunningPipeline.StartSharedAsync(_store, QuickTicks);
        await using var second = await RunningPipeline.StartSharedAsync(_store, QuickTicks);
        await RunningPipeline.UntilAsync(() => second.State.Instances.Count == 2 && first.State.Instances.Count == 2,
            "both are known");
        for (var i = 0; i < 5; i++)
        {
            await first.OpenSessionAsync(200);
        }

        await RunningPipeline.UntilAsync(() => second.State.Sessions.Count == 0, "all have expired");
        var lowest = first.Get<LocalInstance>().Id < second.Get<LocalInstance>().Id ? first : second;
        var machine = new StateMachine(CoordinationState.Initial);
        foreach (var entry in _store.Entries)
        {
            machine.Apply(entry);
            foreach (var command in entry.Requests.Select(request => request.Command).OfType<Command.ExpireSession>())
            {
                var overdue = machine.State.LogClockMs - command.LastTouchMs - 200;
                var ticks = lowest.SharedLog.IsOwn(entry) ? 1.5 : 2;
                var patience = ticks * machine.State.Settings.TickMs;
                Assert.True(overdue > patience, $"Proposed {overdue} ms after its time.");
            }
        }
    }

    [Fact]
    public async Task The_other_instance_ends_sessions_when_the_first_does_not()
    {
        await using var first = await RunningPipeline.StartSharedAsync(_store, QuickTicks);
        await using var second = await RunningPipeline.StartSharedAsync(_store, QuickTicks);
        await RunningPipeline.UntilAsync(() => second.State.Instances.Count == 2 && first.State.Instances.Count == 2,
            "both are known");
        var (lowest, other) = first.Get<LocalInstance>().Id < second.Get<LocalInstance>().Id
            ? (first, second)
            : (second, first);
        lowest.SharedLog.FailWith(new LogUnavailableException("It is cut off.", outcomeKnown: true));
        var session = await other.OpenSessionAsync(200);
        await RunningPipeline.UntilAsync(() => other.State.Sessions.Find(session.Id) is null, "it has expired");
    }

    [Fact]
    public async Task The_feature_level_rises_once_no_instance_holds_it_back()
    {
        var older = await RunningPipeline.StartSharedAsync(_store, "WebCoord:Instance:FeatureLevel=1");
        await RunningPipeline.UntilAsync(() => older.State.Instances.Count == 1, "the older one is known");
        await using var first = await RunningPipeline.StartSharedAsync(_store);
        await RunningPipeline.UntilAsync(() => Beats(first) > 1 && Beats(older) > 1, "both have had their chance");
        Assert.Equal(1, first.State.FeatureLevel);
        await older.DisposeAsync();
        await RunningPipeline.UntilAsync(() => first.State.FeatureLevel == CoordinationState.SupportedFeatureLevel,
            "the level is raised");

        int Beats(RunningPipeline pipeline) => _store.Entries.Count(entry => pipeline.SharedLog.IsOwn(entry)
            && entry.Requests.Any(request => request.Command is Command.InstanceHeartbeat));
    }

    [Fact]
    public async Task A_client_is_not_vouched_for_by_contact_with_a_log_whose_entries_are_not_applied()
    {
        await using var pipeline = await RunningPipeline.StartSharedAsync(_store);
        await using var other = await RunningPipeline.StartSharedAsync(_store);
        Assert.True(pipeline.Tracker.CanVouchFor(60_000));
        pipeline.SharedLog.HoldReading();
        await other.PutAsync("/a");
        await other.PutAsync("/b");
        await RunningPipeline.UntilAsync(() => !VouchesAfterContact(), "it does not vouch");
        pipeline.SharedLog.Read();
        await RunningPipeline.UntilAsync(() => pipeline.State.Tree.Find("/b") is not null && VouchesAfterContact(),
            "it vouches again");

        bool VouchesAfterContact()
        {
            pipeline.Health.Contacted(TimeProvider.System.GetTimestamp(), _store.Head.Zxid);
            return pipeline.Tracker.CanVouchFor(2_000);
        }
    }

    [Fact]
    public async Task An_instance_whose_state_is_not_that_of_most_stops()
    {
        await using var pipeline = await RunningPipeline.StartSharedAsync(_store);
        var comparison = pipeline.Get<DigestComparison>();
        await RunningPipeline.UntilAsync(() => comparison.Last is not null, "there is something to compare");
        await TellAsync(pipeline, 1, offset: 0);
        await TellAsync(pipeline, 2, offset: 1);
        Assert.False(comparison.Diverged.IsCompleted);
        await TellAsync(pipeline, 3, offset: 1);
        await TellAsync(pipeline, 4, offset: 1);
        await Assert.ThrowsAsync<StateDivergedException>(
            () => comparison.Diverged.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    private static async Task<Session> OpenAsync(RunningPipeline pipeline) => (await pipeline.SubmitAsync(
        new Command.CreateSession(60_000, new byte[16], new SessionOwner(pipeline.Get<LocalInstance>().Id, 1))))
        .Session!;

    /// <summary>Waits until an instance has another state, and goes on with that.</summary>
    private static Task UntilGoneAsync(string path, RunningPipeline pipeline) => RunningPipeline.UntilAsync(
        () => pipeline.State.Tree.Find(path) is null && !pipeline.Health.IsHeld, $"{path} is gone");

    private void LoseFrom(Zxid zxid) =>
        _store.LoseTail(_store.Entries.Count(entry => entry.LastZxid >= zxid));

    /// <summary>Speaks for another instance, with the digest of this one or another.</summary>
    private static Task<ApplyResult> TellAsync(RunningPipeline pipeline, long id, ulong offset)
    {
        var (zxid, digest) = pipeline.Get<DigestComparison>().Last!.Value;
        return pipeline.SubmitAsync(new Command.InstanceHeartbeat(
            new InstanceReport(id, $"other-{id}", "", 2, zxid, digest + offset, 0, 0)));
    }
}
