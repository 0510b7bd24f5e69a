using System.Diagnostics;
using System.Globalization;
using System.Net.WebSockets;
using System.Threading.Channels;
using WebCoord.Scaleout.Tests.Checking;
using WebCoord.Scaleout.Tests.Cluster;
using WebCoord.Server.Tests.SignalR;

namespace WebCoord.Scaleout.Tests.Load;

/// <summary>
/// A hub client that wants one lock again and again: an ephemeral node, created by whoever has it. It believes that the
/// lock is its own from the answer to its create until it lets go, its session is suspended or ended, its connection is
/// lost, or it has heard nothing from its instance for a third of its timeout, as a careful client must.
/// </summary>
internal sealed class LockClient(string name, string path, int timeoutMs, LockHistory history)
{
    private readonly Lock _lock = new();
    private long? _heldSince;
    private long _lastHeard;

    /// <summary>How long it believes in its lock without a word from its instance.</summary>
    private TimeSpan Patience => TimeSpan.FromMilliseconds(timeoutMs / 3.0);

    /// <summary>How often it has had the lock.</summary>
    public int Count { get; private set; }

    /// <summary>Whether it believes at present that the lock is its own.</summary>
    public bool IsHeld
    {
        get
        {
            lock (_lock)
            {
                return _heldSince is not null;
            }
        }
    }

    /// <summary>Wants the lock through one instance, over one connection, and keeps it for as long as it is told when
    /// it has it; returns when the connection is lost or the session suspended or ended.</summary>
    public async Task RunAsync(ClusterInstance instance, Func<TimeSpan> hold, CancellationToken stop)
    {
        try
        {
            await using var client = await instance.ConnectAsync();
            await client.CallAsync("OpenSession", new { timeoutMs });
            Hear(Stopwatch.GetTimestamp());
            using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
            var listening = ListenAsync(client, end);
            var watching = WatchSilenceAsync(client, end);
            try
            {
                await ContendAsync(client, hold, end.Token);
            }
            finally
            {
                LetGo();
                await end.CancelAsync();
                await Task.WhenAll(listening, watching);
            }
        }
        catch (Exception lost) when (lost is WebSocketException or IOException or ChannelClosedException
            or HubCallException or OperationCanceledException or TimeoutException)
        {
            // The connection is lost, or the session is.
        }
    }

    private async Task ContendAsync(HubClient client, Func<TimeSpan> hold, CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            try
            {
                await client.CallAsync("CreateNode", new { path, data = name, mode = "ephemeral" })
                    .WaitAsync(end);
            }
            catch (HubCallException refused) when (refused.Code == "node-exists")
            {
                await Task.Delay(30, end);
                continue;
            }

            Take();
            await Task.Delay(hold(), end);
            LetGo();
            await client.CallAsync("DeleteNode", new { path }).WaitAsync(end);
            await Task.Delay(10, end);
        }
    }

    /// <summary>Ends when the session is told to be suspended or ended, or the connection is lost.</summary>
    private async Task ListenAsync(HubClient client, CancellationTokenSource end)
    {
        try
        {
            while (true)
            {
                var push = await client.NextAsync(end.Token);
                Hear(Stopwatch.GetTimestamp());
                if (push.Name == "SessionEvent"
                    && push.Body.GetProperty("state").GetString() is "suspended" or "expired")
                {
                    break;
                }
            }
        }
        catch (Exception over) when (over is ChannelClosedException or OperationCanceledException)
        {
            // Nothing comes any more.
        }

        LetGo();
        await end.CancelAsync();
    }

    /// <summary>Asks something small often, so that the session is alive and silence is noticed.</summary>
    private async Task WatchSilenceAsync(HubClient client, CancellationTokenSource end)
    {
        while (!end.IsCancellationRequested)
        {
            await Task.Delay(timeoutMs / 12, CancellationToken.None);
            _ = AskAsync(client);
            if (Stopwatch.GetElapsedTime(Interlocked.Read(ref _lastHeard)) > Patience)
            {
                LetGo();
                await end.CancelAsync();
            }
        }
    }

    private async Task AskAsync(HubClient client)
    {
        try
        {
            var asked = Stopwatch.GetTimestamp();
            await client.CallAsync("ListWatches", new { consistency = "local" });
            Hear(asked);
        }
        catch (Exception lost) when (lost is WebSocketException or IOException or HubCallException
            or OperationCanceledException or TimeoutException or ObjectDisposedException)
        {
            // Silence says it.
        }
    }

    /// <summary>The instance vouched for the session at that moment or later.</summary>
    private void Hear(long moment) =>
        Interlocked.Exchange(ref _lastHeard, Math.Max(moment, Interlocked.Read(ref _lastHeard)));

    private void Take()
    {
        lock (_lock)
        {
            _heldSince = Stopwatch.GetTimestamp();
            Count++;
        }
    }

    private void LetGo()
    {
        lock (_lock)
        {
            if (_heldSince is { } since)
            {
                // It must not have relied on the lock for longer, however late it gets to run.
                var patience = (long)(Patience.TotalSeconds * Stopwatch.Frequency);
                var end = Math.Min(Stopwatch.GetTimestamp(), Interlocked.Read(ref _lastHeard) + patience);
                var holder = string.Create(CultureInfo.InvariantCulture, $"{name}-{Count}");
                history.Held(holder, since, Math.Max(since, end));
                _heldSince = null;
            }
        }
    }
}
