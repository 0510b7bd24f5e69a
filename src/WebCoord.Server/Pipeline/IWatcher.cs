using System.Collections.Immutable;
using WebCoord.Core.Tree;
using WebCoord.Core.Watches;

namespace WebCoord.Server.Pipeline;

/// <summary>Whoever has armed watches on this instance: a hub watch, a long poll, a wire connection.</summary>
internal interface IWatcher
{
    /// <summary>As whom events are read: an event on a node that these may not read is not delivered.</summary>
    ImmutableArray<Identity> Identities { get; }

    /// <summary>
    /// Queues an event. Called by the Applier under its lock BEFORE the state with the change is published: it must not
    /// block, wait, send or call back. Events come in the order of zxids. A one-shot watch whose event the watcher may
    /// not read gets <see cref="WatchEventType.Revoked"/> instead.
    /// </summary>
    void Enqueue(WatchEvent watchEvent);

    /// <summary>The state jumps: the watcher's watches are gone, and events that they waited for may never come. Called
    /// by the Applier under its lock BEFORE the new state is published, as <see cref="Enqueue"/> is, and followed by
    /// <see cref="Wake"/>.</summary>
    void Displace(Displacement why);

    /// <summary>Called once AFTER the state with the changes is published, outside the lock: now send what is queued.
    /// </summary>
    void Wake();
}
