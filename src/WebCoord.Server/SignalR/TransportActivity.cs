using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http.Features;

namespace WebCoord.Server.SignalR;

/// <summary>
/// Whether bytes of any kind came in on a WebSocket: messages, and the pongs by which a silent but living peer answers
/// the keep-alive. SignalR shows neither, so this looks at the stream below the WebSocket.
/// </summary>
internal sealed class TransportActivity
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _received = 1;

    /// <summary>Completes when the request that became the WebSocket is over: nothing can be sent any more.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Whether anything came since this was asked last; at first true, for the request that opened it.
    /// </summary>
    public bool TakeReceived() => Interlocked.Exchange(ref _received, 0) == 1;

    /// <summary>Has the activity of the request noted, if it is about to become a WebSocket, and keeps it as a feature
    /// of the request.</summary>
    public static void Observe(HttpContext context)
    {
        if (context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true } upgrade)
        {
            var activity = new TransportActivity();
            context.Features.Set(activity);
            context.Features.Set<IHttpUpgradeFeature>(new ObservedUpgrade(upgrade, activity));
        }

        if (context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true } connect)
        {
            var activity = new TransportActivity();
            context.Features.Set(activity);
            context.Features.Set<IHttpExtendedConnectFeature>(new ObservedConnect(connect, activity));
        }
    }

    public void End() => _ended.TrySetResult();

    private void NoteReceived() => Volatile.Write(ref _received, 1);

    /// <summary>WebSockets of HTTP/1.1.</summary>
    private sealed class ObservedUpgrade(IHttpUpgradeFeature upgrade, TransportActivity activity) : IHttpUpgradeFeature
    {
        public bool IsUpgradableRequest => upgrade.IsUpgradableRequest;

        public async Task<Stream> UpgradeAsync() => new ObservedStream(await upgrade.UpgradeAsync(), activity);
    }

    /// <summary>WebSockets of HTTP/2.</summary>
    private sealed class ObservedConnect(IHttpExtendedConnectFeature connect, TransportActivity activity)
        : IHttpExtendedConnectFeature
    {
        [MemberNotNullWhen(true, nameof(Protocol))]
        public bool IsExtendedConnect => connect.IsExtendedConnect;

        public string? Protocol => connect.Protocol;

        public async ValueTask<Stream> AcceptAsync() => new ObservedStream(await connect.AcceptAsync(), activity);
    }

    /// <summary>Passes everything on, and notes what is read.</summary>
    private sealed class ObservedStream(Stream inner, TransportActivity activity) : Stream
    {
        public override bool CanRead => inner.CanRead;

        public override bool CanSeek => false;

        public override bool CanWrite => inner.CanWrite;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => Noted(inner.Read(buffer, offset, count));

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer,
            CancellationToken cancellationToken = default) => Noted(await inner.ReadAsync(buffer, cancellationToken));

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count,
            CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer,
            CancellationToken cancellationToken = default) => inner.WriteAsync(buffer, cancellationToken);

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override void Flush() => inner.Flush();

        public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                inner.Dispose();
            }

            base.Dispose(disposing);
        }

        private int Noted(int count)
        {
            if (count > 0)
            {
                activity.NoteReceived();
            }

            return count;
        }
    }
}
