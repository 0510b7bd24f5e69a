using System.Collections.Immutable;
using WebCoord.Core.Tree;
using WebCoord.Core.Watches;
using WebCoord.Server.Pipeline;

namespace WebCoord.Server.SignalR;

/// <summary>One watch of one client. Each is a watcher by itself, so that two watches on one node both fire; all of a
/// connection share its queue.</summary>
/// <param name="id">The client's own name for it.</param>
/// <param name="armedFor">The client's word for what it watches.</param>
/// <param name="kind">What the watch manager calls that.</param>
internal sealed class HubWatch(HubConnection connection, string id, string path, string armedFor, WatchKind kind)
    : IWatcher
{
    public string Id => id;

    public string Path => path;

    public string ArmedFor => armedFor;

    public WatchKind Kind => kind;

    public ImmutableArray<Identity> Identities => connection.Caller.Identities;

    public void Enqueue(WatchEvent watchEvent) => connection.EnqueueEvent(this, watchEvent);

    public void Displace(Displacement why)
    {
        // Its connection is told, as are those that have no watch.
    }

    public void Wake() => connection.Queue.Wake();
}
