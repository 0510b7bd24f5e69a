using WebCoord.Core;
using WebCoord.Core.Commands;
using WebCoord.TransactionLog;

namespace WebCoord.Server.Tests.Pipeline;

public sealed class SequencerTests
{
    [Fact]
    public async Task Requests_get_zxids_in_the_order_in_which_they_were_submitted()
    {
        await using var pipeline = await RunningPipeline.StartAsync();
        var results = await Task.WhenAll(Enumerable.Range(0, 500).Select(i => pipeline.PutAsync("/a", $"{i}")));
        var zxids = results.Select(result => result.Zxid).ToList();
        Assert.Equal(zxids.Order(), zxids);
        Assert.Equal(500, zxids.Distinct().Count());
        Assert.Equal(499, pipeline.State.Tree.Find("/a")!.Version);
    }

    [Fact]
    public async Task Requests_that_wait_for_one_append_go_together_in_the_next()
    {
        await using var pipeline = await RunningPipeline.StartAsync();
        pipeline.Log.Close();
        var first = pipeline.PutAsync("/first");
        await RunningPipeline.UntilAsync(() => pipeline.Log.Appends > 0, "the first append is under way");
        var before = pipeline.Log.Appends;
        var others = Enumerable.Range(0, 200).Select(i => pipeline.PutAsync($"/{i}")).ToArray();
        pipeline.Log.Open();
        await Task.WhenAll([first, .. others]);
        // One batch for all that waited; a heartbeat of the instance may make one more.
        Assert.InRange(pipeline.Log.Appends - before, 1, 3);
    }

    [Fact]
    public async Task A_reply_comes_after_the_state_with_its_effect_is_published()
    {
        await using var pipeline = await RunningPipeline.StartAsync();
        for (var i = 0; i < 200; i++)
        {
            var result = await pipeline.PutAsync("/a", $"{i}");
            Assert.True(pipeline.State.LastZxid >= result.Zxid);
            Assert.Equal(i, pipeline.State.Tree.Find("/a")!.Version);
        }
    }

    [Fact]
    public async Task A_full_queue_refuses_and_takes_again_when_it_has_room()
    {
        await using var pipeline = await RunningPipeline.StartAsync(null, "WebCoord:Log:MaxQueuedRequests=10");
        pipeline.Log.Close();
        var submitted = Enumerable.Range(0, 100).Select(i => pipeline.PutAsync($"/n{i}")).ToArray();
        var refused = submitted.Where(task => task.IsCompleted).Select(task => task.Result).ToArray();
        Assert.InRange(refused.Length, 1, 90);
        Assert.All(refused, result => Assert.Equal(ErrorCode.Throttled, result.Error));
        pipeline.Log.Open();
        var results = await Task.WhenAll(submitted);
        var written = results.Count(result => result.Succeeded);
        Assert.Equal(100 - refused.Length, written);
        Assert.Equal(written, pipeline.State.Tree.Root.Children.Count - 1);
        Assert.True((await pipeline.PutAsync("/again")).Succeeded);
    }

    [Fact]
    public async Task Bytes_that_wait_are_bounded_too()
    {
        await using var pipeline = await RunningPipeline.StartAsync(null, "WebCoord:Log:MaxQueuedBytes=5000000");
        pipeline.Log.Close();
        var data = new byte[500_000];
        var submitted = Enumerable.Range(0, 20)
            .Select(i => pipeline.SubmitAsync(new Command.Put($"/n{i}", data))).ToArray();
        Assert.Contains(submitted, task => task.IsCompleted && task.Result.Error == ErrorCode.Throttled);
        pipeline.Log.Open();
        await Task.WhenAll(submitted);
        Assert.True((await pipeline.SubmitAsync(new Command.Put("/again", data))).Succeeded);
    }

    [Fact]
    public async Task A_request_that_no_batch_can_hold_is_refused()
    {
        await using var pipeline = await RunningPipeline.StartAsync();
        var result = await pipeline.SubmitAsync(new Command.Put("/a", new byte[ITransactionLog.MaxBatchBytes]));
        Assert.Equal(ErrorCode.TooLarge, result.Error);
        Assert.Null(pipeline.State.Tree.Find("/a"));
    }

    [Theory]
    [InlineData(true, ErrorCode.LogUnavailable)]
    [InlineData(false, ErrorCode.OutcomeUnknown)]
    public async Task A_failed_append_is_told_honestly_and_the_next_may_succeed(bool outcomeKnown, ErrorCode expected)
    {
        await using var pipeline = await RunningPipeline.StartAsync();
        pipeline.Log.FailWith(new LogUnavailableException("The disk is full.", outcomeKnown));
        var failed = await pipeline.PutAsync("/a");
        Assert.Equal(expected, failed.Error);
        Assert.Equal(Zxid.None, failed.Zxid);
        Assert.Contains("The disk is full.", failed.Detail, StringComparison.Ordinal);
        Assert.False(pipeline.Health.IsAvailable);
        Assert.Null(pipeline.State.Tree.Find("/a"));

        pipeline.Log.FailWith(null);
        Assert.True((await pipeline.PutAsync("/b")).Succeeded);
        Assert.True(pipeline.Health.IsAvailable);
        Assert.NotNull(pipeline.State.Tree.Find("/b"));
    }

    [Fact]
    public async Task The_log_is_found_to_be_back_without_a_client_writing()
    {
        await using var pipeline = await RunningPipeline.StartAsync(null, "WebCoord:Sessions:TickMs=50");
        pipeline.Log.FailWith(new LogUnavailableException("The disk is full.", outcomeKnown: true));
        await pipeline.PutAsync("/a");
        Assert.False(pipeline.Health.IsAvailable);
        pipeline.Log.FailWith(null);
        await RunningPipeline.UntilAsync(() => pipeline.Health.IsAvailable, "the log is available");
    }

    [Fact]
    public async Task Cancelling_stops_the_waiting_and_not_the_request()
    {
        await using var pipeline = await RunningPipeline.StartAsync();
        pipeline.Log.Close();
        using var impatience = new CancellationTokenSource();
        var waiting = pipeline.Sequencer.SubmitAsync(new Request(new Command.Put("/a", null)), impatience.Token);
        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        pipeline.Log.Open();
        await RunningPipeline.UntilAsync(() => pipeline.State.Tree.Find("/a") is not null, "the node is there");
    }

    [Fact]
    public async Task Stopping_finishes_what_was_taken_and_refuses_the_rest()
    {
        var pipeline = await RunningPipeline.StartAsync();
        var taken = Enumerable.Range(0, 300).Select(i => pipeline.PutAsync($"/n{i}")).ToArray();
        await pipeline.StopAsync();
        Assert.All(await Task.WhenAll(taken), result => Assert.True(result.Succeeded));
        Assert.Equal(ErrorCode.LogUnavailable, (await pipeline.PutAsync("/late")).Error);
        await pipeline.DisposeAsync();
    }
}
