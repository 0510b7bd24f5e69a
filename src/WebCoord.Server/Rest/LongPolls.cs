using System.Collections.Immutable;
using WebCoord.Core;
using WebCoord.Core.Tree;
using WebCoord.Core.Watches;
using WebCoord.Server.Contract;
using WebCoord.Server.Pipeline;

namespace WebCoord.Server.Rest;

/// <summary>What a long poll looks at.</summary>
internal readonly record struct PolledView(ZnodePath Path, TagView View, ImmutableArray<Identity> Identities);

/// <summary>
/// Lets reads wait for a change. A wait arms a one-shot watch in the same step in which it finds the view unchanged, so
/// nothing slips through between the two; when the watch fires it looks again, because a watch may tell more than the
/// view shows. However a wait ends, its watch goes with it. No state is held while waiting: thousands of old ones would
/// fill the memory.
/// </summary>
internal sealed class LongPolls(Applier applier, PipelineMetrics metrics, TimeProvider time,
    IHostApplicationLifetime lifetime)
{
    private int _waiting;

    /// <summary>Most reads that may wait at a time on one instance.</summary>
    public int MaxWaiting { get; init; } = 20_000;

    /// <summary>Waits while the view is unchanged. The state in the end: of the change, or of the moment when the time
    /// was up or the service began to stop. Null if too many wait already.</summary>
    public async Task<CoordinationState?> WaitWhileAsync(PolledView view, Func<CoordinationState, bool> unchanged,
        TimeSpan wait, CancellationToken aborted)
    {
        if (!unchanged(applier.State))
        {
            return applier.State;
        }

        if (Interlocked.Increment(ref _waiting) > MaxWaiting)
        {
            Interlocked.Decrement(ref _waiting);
            return null;
        }

        metrics.LongPollBegan();
        var watcher = new PollWatcher(view.Identities);
        try
        {
            return await WaitAsync(watcher, view, unchanged, wait, aborted);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
            applier.Arm((_, watches) =>
            {
                watches.RemoveAll(watcher);
                return true;
            });
            metrics.LongPollEnded();
        }
    }

    private async Task<CoordinationState> WaitAsync(PollWatcher watcher, PolledView view,
        Func<CoordinationState, bool> unchanged, TimeSpan wait, CancellationToken aborted)
    {
        using var timeout = new CancellationTokenSource(wait, time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(aborted, timeout.Token,
            lifetime.ApplicationStopping);
        while (true)
        {
            var changed = applier.Arm((current, watches) =>
            {
                if (!unchanged(current))
                {
                    return current;
                }

                watcher.Rearm();
                watches.Add(view.Path.Value, KindOf(view, current), WatchMode.OneShot, watcher);
                return null;
            });
            if (changed is not null)
            {
                return changed;
            }

            try
            {
                await watcher.Woken.WaitAsync(end.Token);
            }
            catch (OperationCanceledException) when (!aborted.IsCancellationRequested)
            {
                return applier.State;
            }
        }
    }

    /// <summary>A node that is not there has nothing but its creation to wait for.</summary>
    private static WatchKind KindOf(PolledView view, CoordinationState state) =>
        state.Tree.Find(view.Path) is null ? WatchKind.Data : view.View switch
        {
            TagView.Children => WatchKind.Children,
            TagView.Acl => WatchKind.Acl,
            _ => WatchKind.Data,
        };

    private sealed class PollWatcher(ImmutableArray<Identity> identities) : IWatcher
    {
        private TaskCompletionSource _woken = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ImmutableArray<Identity> Identities => identities;

        public Task Woken => Volatile.Read(ref _woken).Task;

        /// <summary>Called under the Applier's lock; a wake that was meant for the watch before does no more than make
        /// the poll look once more.</summary>
        public void Rearm() => Volatile.Write(ref _woken,
            new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

        public void Enqueue(WatchEvent watchEvent)
        {
            // What happened is read from the state; that something did is all a poll needs.
        }

        public void Displace(Displacement why)
        {
            // The wake that follows makes the poll look at the new state.
        }

        public void Wake() => Volatile.Read(ref _woken).TrySetResult();
    }
}
