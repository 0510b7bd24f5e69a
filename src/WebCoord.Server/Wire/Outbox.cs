using System.Buffers;
using System.IO.Pipelines;
using WebCoord.Core;
using WebCoord.Core.Watches;
using WebCoord.Server.Wire.Records;

namespace WebCoord.Server.Wire;

/// <summary>
/// What a client is still to be sent, in its order. Replies are put in by the request loop and by the Applier, events
/// by the Applier; whoever finds nobody sending sends, and all that gathered goes out with one flush. Putting in never
/// waits for the client.
/// </summary>
/// <param name="maxBytes">What may gather for a client that takes nothing; more ends the connection.</param>
internal sealed class Outbox(PipeWriter output, int maxBytes, WireStatistics statistics, Action<string> abort)
    : IThreadPoolWorkItem
{
    /// <summary>The request loop answers no more until a client has taken what is above this.</summary>
    private const int FullBytes = 1 << 20;

    /// <summary>Xid of every notification (zookeeper-protocol section 1.5).</summary>
    private const int NotificationXid = -1;

    private static readonly Zxid Latest = new(long.MaxValue);

    private readonly Lock _lock = new();

    /// <summary>Events in their order that let the replies to earlier writes go first.</summary>
    private readonly Queue<(WatchEventType Type, string Path, Zxid Zxid)> _held = new();
    private JuteWriter _gathering = new();
    private JuteWriter _sending = new();
    private Zxid _lastEvent;
    private bool _isSending;
    private bool _isClosed;
    private TaskCompletionSource? _taken;
    private TaskCompletionSource? _ended;

    /// <summary>Whether the client must take some of it before more is answered.</summary>
    public bool IsFull
    {
        get
        {
            lock (_lock)
            {
                return _gathering.Length > FullBytes;
            }
        }
    }

    /// <summary>
    /// Puts in replies that were computed from the state at a zxid; false, and nothing is put in, if an event of a
    /// later change is on its way: who has the event must not be told of an older state (section 1.6).
    /// </summary>
    public bool TryAppend(ReadOnlySpan<byte> frames, int count, Zxid asOf)
    {
        lock (_lock)
        {
            if (_lastEvent > asOf)
            {
                return false;
            }

            ReleaseInLock(Latest);
            if (!_isClosed)
            {
                _gathering.Raw(frames);
                statistics.FramesSent(count);
            }

            return true;
        }
    }

    /// <summary>Puts in one frame; <paramref name="write"/> must be quick.</summary>
    public void Append<T>(T what, Action<JuteWriter, T> write) => Append(what, write, Latest);

    /// <summary>Puts in the reply to a write: behind the events of changes up to this one, before those of later ones.
    /// </summary>
    public void Append<T>(T what, Action<JuteWriter, T> write, Zxid zxid)
    {
        lock (_lock)
        {
            ReleaseInLock(zxid);
            AppendInLock(what, write);
        }
    }

    /// <param name="holds">Whether replies to writes before the event may still be to come: it lets them go first, as
    /// replies and events are in the order of their changes. <see cref="Release"/> must follow.</param>
    public void AppendEvent(WatchEventType type, string path, Zxid zxid, bool holds)
    {
        lock (_lock)
        {
            if (_isClosed)
            {
                return;
            }

            _lastEvent = zxid > _lastEvent ? zxid : _lastEvent;
            _held.Enqueue((type, path, zxid));
            if (!holds)
            {
                ReleaseInLock(Latest);
            }
        }
    }

    /// <summary>Lets all events go: the replies before them are in.</summary>
    public void Release()
    {
        lock (_lock)
        {
            ReleaseInLock(Latest);
        }
    }

    /// <summary>Puts in an event that tells of a change in the past; its zxid is -1 (section 1.6).</summary>
    public void AppendCatchUp(WatchEventType type, string path) =>
        Append((type, path), static (writer, told) => WriteEvent(writer, told.type, told.path, -1));

    /// <summary>Sends what is there on a thread of the pool, unless somebody is sending already.</summary>
    public void Wake()
    {
        if (TryBeginSending())
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    /// <summary>Sends what is there. While somebody else sends, that is left to them, unless so much has gathered that
    /// the client must take some of it first.</summary>
    public ValueTask FlushAsync()
    {
        if (TryBeginSending())
        {
            return SendAsync();
        }

        lock (_lock)
        {
            return _isSending && _gathering.Length > FullBytes ? WhenTakenInLock() : ValueTask.CompletedTask;
        }
    }

    /// <summary>Sends what is there and returns when nothing is left.</summary>
    public ValueTask DrainAsync()
    {
        if (TryBeginSending())
        {
            return SendAsync();
        }

        lock (_lock)
        {
            return _isSending ? WhenTakenInLock() : ValueTask.CompletedTask;
        }
    }

    /// <summary>Nothing is sent any more.</summary>
    public void Close()
    {
        lock (_lock)
        {
            CloseInLock();
        }
    }

    /// <summary>Nothing is sent any more, and nobody is sending any more when this returns: only then may the memory of
    /// the pipe go to another connection.</summary>
    public async ValueTask CloseAsync()
    {
        TaskCompletionSource ended;
        lock (_lock)
        {
            CloseInLock();
            if (!_isSending)
            {
                return;
            }

            ended = _ended ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        output.CancelPendingFlush();
        await ended.Task;
    }

    void IThreadPoolWorkItem.Execute() => _ = SendAsync().AsTask();

    private static void WriteEvent(JuteWriter writer, WatchEventType type, string path, long zxid)
    {
        var start = writer.Begin();
        new ReplyHeader(NotificationXid, zxid, ErrorCode.Ok).Write(writer);
        new WatcherEvent(type, WatcherEvent.Connected, path).Write(writer);
        writer.End(start);
    }

    private void ReleaseInLock(Zxid upTo)
    {
        while (_held.TryPeek(out var first) && first.Zxid <= upTo)
        {
            AppendInLock(_held.Dequeue(), static (writer, told) =>
                WriteEvent(writer, told.Type, told.Path, told.Zxid.Value));
        }
    }

    private void AppendInLock<T>(T what, Action<JuteWriter, T> write)
    {
        if (_isClosed)
        {
            return;
        }

        // What had gathered before counts: one frame may be as large as it is.
        if (_gathering.Length > maxBytes)
        {
            CloseInLock();
            abort("the client does not take what it is sent");
            return;
        }

        write(_gathering, what);
        statistics.FramesSent(1);
    }

    private ValueTask WhenTakenInLock()
    {
        _taken ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return new ValueTask(_taken.Task);
    }

    private bool TryBeginSending()
    {
        lock (_lock)
        {
            if (_isSending || _isClosed || _gathering.Length == 0)
            {
                return false;
            }

            _isSending = true;
            return true;
        }
    }

    private async ValueTask SendAsync()
    {
        var goesOn = true;
        while (goesOn && TryTake())
        {
            try
            {
                output.Write(_sending.Written);
                goesOn = await output.FlushAsync() is { IsCompleted: false, IsCanceled: false };
            }
            catch (Exception gone) when (WireConnection.IsGone(gone))
            {
                // The connection ended; its request loop sees that too.
                goesOn = false;
            }
        }

        EndSending(goesOn);
    }

    /// <summary>Takes what has gathered, or ends the sending when there is nothing.</summary>
    private bool TryTake()
    {
        lock (_lock)
        {
            _sending.Release();
            if (_gathering.Length == 0 || _isClosed)
            {
                EndSendingInLock();
                _taken?.TrySetResult();
                _taken = null;
                return false;
            }

            (_gathering, _sending) = (_sending, _gathering);
            return true;
        }
    }

    private void EndSending(bool isOpen)
    {
        if (isOpen)
        {
            return;
        }

        lock (_lock)
        {
            CloseInLock();
            _sending.Release();
            EndSendingInLock();
        }
    }

    private void EndSendingInLock()
    {
        _isSending = false;
        _ended?.TrySetResult();
    }

    private void CloseInLock()
    {
        _isClosed = true;
        _gathering.Release();
        _taken?.TrySetResult();
        _taken = null;
    }
}
