using System.Globalization;

namespace WebCoord.Server.Tests.Wire.Differential;

/// <summary>The times that one server gives its writes: one per zxid, and never an earlier one for a later zxid.
/// </summary>
internal sealed class ServerClock
{
    private readonly SortedDictionary<long, long> _times = [];

    /// <summary>Tells what speaks against a time, or null.</summary>
    public string? Check(long zxid, long time)
    {
        foreach (var (otherZxid, otherTime) in _times)
        {
            if (zxid == otherZxid ? time != otherTime : zxid < otherZxid ? time > otherTime : time < otherTime)
            {
                return string.Create(CultureInfo.InvariantCulture,
                    $"{time} of {zxid:x} contradicts {otherTime} of {otherZxid:x} on the same server");
            }
        }

        _times[zxid] = time;
        return null;
    }
}
