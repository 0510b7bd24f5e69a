using System.Collections.Concurrent;

namespace WebCoord.Scaleout.Tests.Load;

/// <summary>Sends the requests of a workload, and keeps the answers to those that the service did not judge: nobody
/// took them, or nobody knows what became of them.</summary>
internal sealed class Calls
{
    /// <summary>Longer than an instance takes to say that it cannot tell.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly ConcurrentQueue<Reply> _failed = [];

    public IReadOnlyCollection<Reply> Failed => _failed;

    public async Task<Reply> SendAsync(HttpClient client, HttpRequestMessage request)
    {
        var reply = await Reply.ToAsync(client, request, Patience);
        if (reply.Fate is Fate.NotTaken or Fate.Unknown)
        {
            _failed.Enqueue(reply);
        }

        return reply;
    }
}
