using Microsoft.Extensions.Logging;
using WebCoord.Core;
using WebCoord.Server.Pipeline;

namespace WebCoord.Server.Tests.Pipeline;

public sealed class LoadProgressTests
{
    [Fact]
    public void Loading_tells_how_far_it_is_now_and_then_and_not_all_the_time()
    {
        var time = new ManualTime();
        var lines = new Lines();
        var progress = new LoadProgress(time, lines);
        progress.SnapshotRead(1, 100);
        Assert.Empty(lines.Told);

        time.Advance(TimeSpan.FromSeconds(2));
        progress.SnapshotRead(50, 100);
        progress.SnapshotRead(51, 100);
        Assert.Equal(["Loading the snapshot: 50 of 100 nodes"], lines.Told);

        time.Advance(TimeSpan.FromSeconds(2));
        progress.Replayed(new Zxid(7), new Zxid(9), 120);
        Assert.Equal("Replaying the log: at zxid 7 of 9, 120 nodes", lines.Told[^1]);
    }

    private sealed class Lines : ILogger<LoadProgress>
    {
        public List<string> Told { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter) => Told.Add(formatter(state, exception));
    }
}
