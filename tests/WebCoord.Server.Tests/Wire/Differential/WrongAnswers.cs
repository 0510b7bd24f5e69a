namespace WebCoord.Server.Tests.Wire.Differential;

/// <summary>A server that answers wrongly, in each way that a comparison has to notice, and a sequence where each of
/// them shows.</summary>
internal static class WrongAnswers
{
    private const int StatBytes = 68;

    public static Sequence Sequence { get; } = new(
    [
        One(1, Plan.Read(WireOp.Exists, "~/a", watch: true)),
        One(0, Plan.Create(WireOp.Create2, "~/a", [1], WireAcl.Open, 1)),
        One(1, Plan.Read(WireOp.GetChildren2, "~", watch: true)),
        One(0, Plan.Create(WireOp.Create2, "~/a", [1], WireAcl.Open, 0)),
        One(0, Plan.SetData("~/a", [2, 3], 0)),
        One(2, Plan.Read(WireOp.GetData, "~/a", watch: false)),
        One(0, Plan.Versioned(WireOp.Delete, "~/a", -1)),
        One(2, Plan.Read(WireOp.GetChildren2, "~", watch: false)),
    ]);

    /// <summary>Wrong versions in all Stats.</summary>
    public static Func<WireMessage, WireMessage?> Version { get; } = OnStat(stat => stat[35]++);

    public static IReadOnlyList<(string Name, Func<WireMessage, WireMessage?> Tamper)> Kinds { get; } =
    [
        ("an event that is missing", message => message.IsNotification ? null : message),
        ("an event of another type", OnEvent(bytes => bytes[3] ^= 1)),
        ("an event with another path", OnEvent(bytes => bytes[^1]++)),
        ("another error", message => message.Error == -110 ? message with { Error = -101 } : message),
        ("a failure instead of a success", message =>
            message is { Xid: > 0, Error: 0 } ? message with { Error = -101, Body = default } : message),
        ("a czxid of another write", OnStat(stat => stat[7]++)),
        ("an mzxid of another write", OnStat(stat => stat[15]++)),
        ("a ctime that another answer contradicts", OnStat(stat => stat[23] += stat[35])),
        ("another version", Version),
        ("another cversion", OnStat(stat => stat[39]++)),
        ("another owner", OnStat(stat => stat[51] ^= 1)),
        ("another data length", OnStat(stat => stat[55]++)),
        ("a pzxid of another write", OnStat(stat => stat[67]++)),
        ("a zxid from before the last write", message =>
            message is { Xid: > 0, Error: 0 } ? message with { Zxid = message.Zxid - 2 } : message),
        ("more bytes than there should be", message =>
            message.Error == 0 ? message with { Body = (byte[])[.. message.Body.Span, 0] } : message),
    ];

    private static Act.Send One(int slot, PlannedRequest request) => new(slot, [request]);

    private static Func<WireMessage, WireMessage?> OnEvent(Action<byte[]> change) =>
        message => message.IsNotification ? Changed(message, bytes => change(bytes)) : message;

    /// <summary>Changes the Stat at the end of each body that is long enough for one.</summary>
    private static Func<WireMessage, WireMessage?> OnStat(StatChange change) =>
        message => message is { Xid: > 0, Body.Length: >= StatBytes }
            ? Changed(message, bytes => change(bytes.AsSpan(bytes.Length - StatBytes)))
            : message;

    private static WireMessage Changed(WireMessage message, Action<byte[]> change)
    {
        var bytes = message.Body.ToArray();
        change(bytes);
        return message with { Body = bytes };
    }

    private delegate void StatChange(Span<byte> stat);
}
