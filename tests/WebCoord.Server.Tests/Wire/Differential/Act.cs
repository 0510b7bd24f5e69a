using System.Globalization;

namespace WebCoord.Server.Tests.Wire.Differential;

/// <summary>One step of a sequence, on one of its connections.</summary>
internal abstract record Act(int Slot)
{
    /// <summary>Requests that leave in one segment. A connection that is not there is made first, with the session
    /// that it had or a new one.</summary>
    public sealed record Send(int Slot, IReadOnlyList<PlannedRequest> Requests) : Act(Slot)
    {
        public override string ToString() => string.Create(CultureInfo.InvariantCulture,
            $"#{Slot} {string.Join("\n      & ", Requests.Select(request => request.Text))}");
    }

    /// <summary>A handshake on a new connection, with the session of this slot where there is one.</summary>
    public sealed record Connect(int Slot, ConnectKind Kind, int Timeout) : Act(Slot)
    {
        public override string ToString() =>
            string.Create(CultureInfo.InvariantCulture, $"#{Slot} connect {Kind} timeout {Timeout}");
    }

    /// <summary>Bytes that are no request and end the connection.</summary>
    public sealed record Break(int Slot, byte[] Bytes) : Act(Slot)
    {
        public override string ToString() =>
            string.Create(CultureInfo.InvariantCulture, $"#{Slot} bytes {Convert.ToHexStringLower(Bytes)}");
    }
}

/// <summary>How a client connects.</summary>
internal enum ConnectKind
{
    /// <summary>After its old connection was lost, as clients do.</summary>
    Reattach,

    /// <summary>While its old connection is still open: the server has to close that one.</summary>
    Replace,

    /// <summary>With another password than the session's.</summary>
    WrongPassword,

    /// <summary>With a password of another length than the session's.</summary>
    ShortPassword,

    /// <summary>With the zxid of another, later world.</summary>
    AheadOfServer,

    /// <summary>With the newest zxid that it has seen, as clients do.</summary>
    AtNewestZxid,

    /// <summary>Without the byte that tells whether a read-only server would do.</summary>
    WithoutReadOnly,

    /// <summary>Content with a read-only server.</summary>
    ReadOnly,

    /// <summary>With a version of the protocol that nobody has.</summary>
    OddVersion,

    /// <summary>With a first frame that ends too early.</summary>
    Truncated,
}
