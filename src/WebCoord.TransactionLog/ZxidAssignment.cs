using WebCoord.Core;

namespace WebCoord.TransactionLog;

/// <summary>The zxids that a batch gets; the same rule in every log.</summary>
internal static class ZxidAssignment
{
    /// <summary>The zxids after the head. A batch that the epoch's counter has no room for begins the next epoch, so
    /// that all of it is of one epoch.</summary>
    public static (Zxid First, Zxid Last) After(Zxid head, int count)
    {
        var first = count <= uint.MaxValue - head.Counter
            ? new Zxid(head.Value + 1)
            : Zxid.Create(checked(head.Epoch + 1), 1);
        return (first, new Zxid(first.Value + count - 1));
    }
}
