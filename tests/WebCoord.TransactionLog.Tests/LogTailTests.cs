using WebCoord.Core;

namespace WebCoord.TransactionLog.Tests;

/// <summary>The wait for more than the tail has, as readers use it: they look what is there, and then wait.</summary>
public sealed class LogTailTests
{
    private static readonly LogPosition Later = new(new Zxid(10), new string('a', 40));

    [Fact]
    public async Task Whoever_waits_misses_no_reset_that_came_after_the_look()
    {
        var tail = new LogTail(Later, 10, 1_000);
        var version = tail.Version;
        Assert.Equal(TailAnswer.End, tail.Next(Later, out _));
        tail.Reset(LogPosition.Start);
        await tail.WaitAsync(version, CancellationToken.None).WaitAsync(Puts.Patience);
        Assert.Equal(TailAnswer.Foreign, tail.Next(Later, out _));
    }

    [Fact]
    public async Task Whoever_waits_misses_no_failure_that_came_after_the_look()
    {
        var tail = new LogTail(Later, 10, 1_000);
        var version = tail.Version;
        Assert.Equal(TailAnswer.End, tail.Next(Later, out _));
        tail.Fail(new LogRefusedException("Damaged"));
        await tail.WaitAsync(version, CancellationToken.None).WaitAsync(Puts.Patience);
        Assert.Throws<LogRefusedException>(() => tail.Next(Later, out _));
    }

    [Fact]
    public void A_reset_forgets_the_damage_of_what_was_there_before()
    {
        var tail = new LogTail(Later, 10, 1_000);
        tail.Fail(new LogRefusedException("Damaged"));
        tail.Reset(LogPosition.Start);
        Assert.Equal(TailAnswer.End, tail.Next(LogPosition.Start, out _));
    }

    [Fact]
    public async Task A_wait_without_any_change_goes_on()
    {
        var tail = new LogTail(Later, 10, 1_000);
        using var stop = new CancellationTokenSource();
        var waiting = tail.WaitAsync(tail.Version, stop.Token);
        Assert.False(waiting.IsCompleted);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }
}
