using System.Diagnostics;
using System.Net;

namespace WebCoord.Benchmarks.Wire.Load;

/// <summary>
/// All connections of one measurement, on the thread of the caller: it shares the machine with the server that it
/// measures, so a request costs it little more than its share of two system calls.
/// </summary>
internal sealed class LoadGenerator : IDisposable
{
    private static readonly TimeSpan LeadIn = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan MaxSilence = TimeSpan.FromSeconds(30);

    private readonly EventPoll _poll = new();
    private readonly LatencyHistogram _latencies = new();
    private readonly LoadConnection[] _connections;

    /// <param name="rings">One for each connection.</param>
    /// <param name="requestsEach">How many requests each connection sends at most.</param>
    public LoadGenerator(IPEndPoint address, IEnumerable<FrameRing> rings, int inFlight, long requestsEach)
    {
        _connections =
        [
            .. rings.Select(ring => new LoadConnection(address, ring, inFlight, requestsEach, _latencies)),
        ];
        foreach (var (key, connection) in _connections.Index())
        {
            connection.Socket.Blocking = false;
            _poll.Watch(connection.Socket, key);
        }
    }

    /// <summary>Measures for a time, after a short lead-in that does not count; ends when all is answered.</summary>
    public LoadResult Run(TimeSpan duration)
    {
        Fill();
        Pump(LeadIn);
        var before = _latencies.Count;
        _latencies.Clear();
        var watch = Stopwatch.StartNew();
        Pump(duration);
        var rate = _latencies.Count / watch.Elapsed.TotalSeconds;
        var (p50, p99) = (_latencies.PercentileMs(50), _latencies.PercentileMs(99));
        foreach (var connection in _connections)
        {
            connection.SendNoMore();
        }

        Pump(TimeSpan.MaxValue);
        return new LoadResult(before + _latencies.Count, rate, p50, p99);
    }

    /// <summary>Sends all requests of the budget.</summary>
    public void RunToEnd()
    {
        Fill();
        Pump(TimeSpan.MaxValue);
    }

    public void Dispose()
    {
        foreach (var connection in _connections)
        {
            connection.Dispose();
        }

        _poll.Dispose();
    }

    private void Fill()
    {
        foreach (var connection in _connections)
        {
            connection.Fill(Stopwatch.GetTimestamp());
        }
    }

    /// <summary>Answers with new requests whatever comes, until the time is over or nothing is in flight.</summary>
    private void Pump(TimeSpan duration)
    {
        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < duration && IsAnythingInFlight())
        {
            var ready = _poll.Wait(MaxSilence);
            if (ready == 0)
            {
                throw new InvalidOperationException($"No answer within {MaxSilence}.");
            }

            for (var index = 0; index < ready; index++)
            {
                var connection = _connections[_poll.KeyOf(index)];
                var now = Stopwatch.GetTimestamp();
                connection.Receive(now);
                connection.Fill(now);
            }
        }
    }

    private bool IsAnythingInFlight() => Array.Exists(_connections, static connection => connection.InFlight > 0);
}
