using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using WebCoord.Benchmarks.Wire.Load;
using WebCoord.Benchmarks.Wire.Servers;

namespace WebCoord.Benchmarks.Wire.Rows;

/// <summary>How long it takes from a set until the connections that watch the node have their events.</summary>
internal sealed class FanOutRow(string name) : AlternatingRow(name)
{
    private const int Watchers = 1_000;
    private const int SetsPerTurn = 10;
    private const int NotificationXid = -1;
    private const int DataChanged = 3;

    private static readonly TimeSpan MaxSilence = TimeSpan.FromSeconds(30);

    protected override Figure[] Measure(WireServer server, int turn, TimeSpan duration)
    {
        using var poll = new EventPoll();
        var watchers = OpenSessions(server.Address);
        try
        {
            foreach (var (key, watcher) in watchers.Index())
            {
                poll.Watch(watcher.Socket, key);
            }

            using var writer = Session.Open(server.Address);
            return Median([.. Enumerable.Range(0, SetsPerTurn).Select(_ => MeasureOne(watchers, writer, poll))]);
        }
        finally
        {
            foreach (var watcher in watchers)
            {
                watcher.Dispose();
            }
        }
    }

    private static Session[] OpenSessions(IPEndPoint address)
    {
        var sessions = new List<Session>();
        try
        {
            while (sessions.Count < Watchers)
            {
                sessions.Add(Session.Open(address));
            }

            return [.. sessions];
        }
        catch
        {
            foreach (var session in sessions)
            {
                session.Dispose();
            }

            throw;
        }
    }

    private static Figure[] MeasureOne(Session[] watchers, Session writer, EventPoll poll)
    {
        var arm = Frame.Get(BenchmarkTree.FirstNode, watch: true);
        foreach (var watcher in watchers)
        {
            watcher.Ask(arm);
        }

        var set = Frame.Set(BenchmarkTree.FirstNode);
        var arrivals = new List<double>(Watchers);
        var start = Stopwatch.GetTimestamp();
        writer.Send(set);
        while (arrivals.Count < Watchers)
        {
            var ready = poll.Wait(MaxSilence);
            if (ready == 0)
            {
                throw new InvalidOperationException($"{Watchers - arrivals.Count} events did not come.");
            }

            for (var index = 0; index < ready; index++)
            {
                CheckEvent(watchers[poll.KeyOf(index)].Receive());
                arrivals.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
        }

        writer.CheckAnswer(set);
        return
        [
            new Figure("first event ms", arrivals[0], IsMoreBetter: false),
            new Figure("half of the events ms", arrivals[(Watchers / 2) - 1], IsMoreBetter: false),
            new Figure("all events ms", arrivals[^1], IsMoreBetter: false),
        ];
    }

    private static void CheckEvent(ReadOnlySpan<byte> message)
    {
        var xid = BinaryPrimitives.ReadInt32BigEndian(message);
        var type = BinaryPrimitives.ReadInt32BigEndian(message[Frame.ReplyHeaderLength..]);
        if (xid != NotificationXid || type != DataChanged)
        {
            throw new InvalidOperationException($"Not the event: xid {xid}, type {type}.");
        }
    }
}
