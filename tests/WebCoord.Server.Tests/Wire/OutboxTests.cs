using System.IO.Pipelines;
using WebCoord.Core;
using WebCoord.Core.Watches;
using WebCoord.Server.Wire;

namespace WebCoord.Server.Tests.Wire;

/// <summary>What a connection is to be sent, from inside: who sends it, in which order, and until when.</summary>
public sealed class OutboxTests
{
    private const int MaxBytes = 1_000;

    private readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: 16, resumeWriterThreshold: 8,
        useSynchronizationContext: false));

    private readonly List<string> _aborts = [];
    private readonly Outbox _outbox;

    public OutboxTests() => _outbox = new Outbox(_pipe.Writer, MaxBytes, NewStatistics(), _aborts.Add);

    [Fact]
    public async Task Closing_waits_until_nobody_sends_and_waits_for_no_client()
    {
        _outbox.AppendEvent(WatchEventType.Created, "/first", new Zxid(1), holds: false);
        _outbox.Wake();
        var read = await _pipe.Reader.ReadAsync();
        Assert.False(read.IsCompleted);

        // The sender waits for the client, which takes nothing.
        await _outbox.CloseAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));
        _outbox.AppendEvent(WatchEventType.Created, "/second", new Zxid(2), holds: false);
        _outbox.Wake();
        await _outbox.DrainAsync();
        _pipe.Reader.AdvanceTo(read.Buffer.End);
        await _pipe.Writer.CompleteAsync();
        Assert.True((await _pipe.Reader.ReadAsync()).Buffer.IsEmpty);
        Assert.Empty(_aborts);
    }

    [Fact]
    public async Task Events_that_let_replies_go_first_are_between_those_of_the_changes_before_and_after()
    {
        _outbox.AppendEvent(WatchEventType.Created, "/2", new Zxid(2), holds: true);
        _outbox.AppendEvent(WatchEventType.Created, "/4", new Zxid(4), holds: true);
        foreach (var zxid in (long[])[1, 2, 3, 4])
        {
            _outbox.Append(zxid, static (writer, number) => writer.Reply(0, new Zxid(number)), new Zxid(zxid));
        }

        var sending = _outbox.DrainAsync();
        await using var client = new WireClient(_pipe.Reader.AsStream());
        foreach (var (xid, zxid) in ((int, long)[])[(0, 1), (-1, 2), (0, 2), (0, 3), (-1, 4), (0, 4)])
        {
            var message = await client.ReceiveAsync();
            Assert.Equal((xid, zxid), (message!.Xid, message.Zxid));
        }

        await sending;
    }

    [Fact]
    public void Who_lets_too_much_gather_is_ended_once()
    {
        for (var i = 0; i < 100; i++)
        {
            _outbox.AppendEvent(WatchEventType.Created, "/a", new Zxid(i + 1), holds: false);
        }

        Assert.Single(_aborts);
    }

    [Fact]
    public void A_reply_from_a_state_older_than_an_event_on_its_way_is_not_taken()
    {
        _outbox.AppendEvent(WatchEventType.Created, "/a", new Zxid(5), holds: false);
        Assert.False(_outbox.TryAppend([1, 2, 3], 1, new Zxid(4)));
        Assert.True(_outbox.TryAppend([1, 2, 3], 1, new Zxid(5)));
    }

    private static WireStatistics NewStatistics() => new(TimeProvider.System);
}
