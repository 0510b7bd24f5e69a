using System.Globalization;
using WebCoord.Server.Pipeline;
using WebCoord.TransactionLog;

namespace WebCoord.Server.Rest;

/// <summary>Says on an answer how old it may be, while other instances may have written what this one has not heard of.
/// </summary>
internal sealed class Staleness(ITransactionLog log, LogHealth health)
{
    /// <summary>Four looks at the log, which an instance takes of its own: one that is well is heard from more often.
    /// </summary>
    private static readonly TimeSpan MaxSilence = TimeSpan.FromSeconds(1);

    public void Tell(HttpResponse response)
    {
        var silence = health.Silence;
        if (log.Description.IsShared && (!health.IsCurrent || silence > MaxSilence))
        {
            response.Headers[WebCoordHeaders.Stale] =
                ((long)silence.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
        }
    }
}
