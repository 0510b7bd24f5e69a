using System.Collections.Immutable;
using WebCoord.Core;
using WebCoord.Core.Commands;
using WebCoord.Server.Pipeline;

namespace WebCoord.Server.Wire;

/// <summary>A request of a wire connection on its way through the log. Its reply is put in its place by the Applier:
/// behind the events of its change, and in the order in which the connection sent its writes.</summary>
internal sealed class WireWrite(WireConnection connection, Request request, int xid, OpCode opCode, long started)
    : PendingRequest(request)
{
    public int Xid => xid;

    public OpCode OpCode => opCode;

    /// <summary>When it was read, in ticks of the time provider.</summary>
    public long Started => started;

    /// <summary>What the operations of a transaction are.</summary>
    public ImmutableArray<OpCode> Operations { get; init; } = [];

    public override void Complete(ApplyResult result) => connection.CompleteWrite(this, result);

    public override void Wake() => connection.WakeAfterReplies();
}
