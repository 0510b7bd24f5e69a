using WebCoord.Core;

namespace WebCoord.Server.Wire;

/// <summary>Which of ZooKeeper's errors tells a failure. Old clients break on numbers that they do not know, so none is
/// ever invented (zookeeper-protocol section 6).</summary>
internal static class WireError
{
    public static ErrorCode Of(ErrorCode error) => error switch
    {
        ErrorCode.InternalError => ErrorCode.MarshallingError,
        ErrorCode.TooLarge or ErrorCode.TreeFull => ErrorCode.BadArguments,
        _ => error,
    };

    /// <summary>Whether the failure is told by closing the connection: the session is lost to it, or nobody can say
    /// what became of the request, or the client should turn to another server.</summary>
    public static bool EndsConnection(ErrorCode error) => error is ErrorCode.SessionExpired or ErrorCode.SessionMoved
        or ErrorCode.LogUnavailable or ErrorCode.LogLost or ErrorCode.OutcomeUnknown or ErrorCode.Throttled
        or ErrorCode.ReplicaBehind;
}
