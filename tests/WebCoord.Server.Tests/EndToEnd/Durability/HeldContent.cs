using System.Net;

namespace WebCoord.Server.Tests.EndToEnd.Durability;

/// <summary>
/// A body that is held back until <see cref="Release"/>. With <c>Expect: 100-continue</c> the client begins to send it
/// only when the server asks for it: from <see cref="Asked"/> on the request is certainly under way in the server.
/// </summary>
internal sealed class HeldContent(byte[] body) : HttpContent
{
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Asked => _asked.Task;

    public void Release() => _released.TrySetResult();

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        _asked.TrySetResult();
        await _released.Task;
        await stream.WriteAsync(body);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = body.Length;
        return true;
    }
}
