using System.Collections.Immutable;
using WebCoord.Core.Tree;
using WebCoord.Core.Watches;
using WebCoord.Server.Pipeline;

namespace WebCoord.Server.Tests.Pipeline;

/// <summary>A watcher that keeps what it is told, and lets a test look at the moments.</summary>
internal sealed class RecordingWatcher(params Identity[] identities) : IWatcher
{
    private readonly List<WatchEvent> _events = [];

    public Action? OnEnqueue { get; init; }

    public Action? OnWake { get; init; }

    public bool IsDisplaced { get; private set; }

    public ImmutableArray<Identity> Identities { get; } = [.. identities];

    public IReadOnlyList<WatchEvent> Events
    {
        get
        {
            lock (_events)
            {
                return [.. _events];
            }
        }
    }

    public void Enqueue(WatchEvent watchEvent)
    {
        OnEnqueue?.Invoke();
        lock (_events)
        {
            _events.Add(watchEvent);
        }
    }

    public void Displace(Displacement why) => IsDisplaced = true;

    public void Wake() => OnWake?.Invoke();
}
