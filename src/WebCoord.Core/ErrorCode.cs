namespace WebCoord.Core;

/// <summary>
/// Why a request failed. Zero and negative numbers are ZooKeeper's own, as they go over its wire; positive ones are
/// WebCoord's, for failures that ZooKeeper does not know, and never go over the ZooKeeper wire.
/// </summary>
public enum ErrorCode
{
    Ok = 0,

    /// <summary>A bug in WebCoord met inside one command; the command had no effect.</summary>
    InternalError = -1,

    /// <summary>Inside a failed transaction: an operation after the one that failed, never tried.</summary>
    RuntimeInconsistency = -2,

    /// <summary>The request could not be decoded.</summary>
    MarshallingError = -5,

    /// <summary>The operation is not known.</summary>
    Unimplemented = -6,

    /// <summary>A malformed path, mode, TTL or condition; deletion of a node that must exist.</summary>
    BadArguments = -8,

    /// <summary>The node, or the parent of a node to create or delete, does not exist.</summary>
    NoNode = -101,

    /// <summary>The ACL does not grant the permission that the operation needs.</summary>
    NoAuth = -102,

    /// <summary>A version or entity tag that the request named is not the node's.</summary>
    BadVersion = -103,

    /// <summary>Ephemeral nodes have no children.</summary>
    NoChildrenForEphemerals = -108,

    /// <summary>A node to create is there already.</summary>
    NodeExists = -110,

    /// <summary>A node to delete has children.</summary>
    NotEmpty = -111,

    /// <summary>The session does not exist (any more).</summary>
    SessionExpired = -112,

    /// <summary>The ACL is empty, names an unknown scheme or an id its scheme does not allow.</summary>
    InvalidAcl = -114,

    /// <summary>Credentials were refused, or a session's token is wrong.</summary>
    AuthFailed = -115,

    /// <summary>The session is served by another connection now.</summary>
    SessionMoved = -118,

    /// <summary>There is no such watch to remove.</summary>
    NoWatcher = -121,

    /// <summary>The members of an ensemble cannot be changed; WebCoord is none.</summary>
    ReconfigDisabled = -123,

    /// <summary>A quota would be exceeded.</summary>
    QuotaExceeded = -125,

    /// <summary>The queue of writes is full; the request was not taken.</summary>
    Throttled = -127,

    /// <summary>A request, its data or the subtree it names is larger than a limit.</summary>
    TooLarge = 1,

    /// <summary>The log cannot be written or reached; nothing happened.</summary>
    LogUnavailable = 2,

    /// <summary>The write was sent to the log, and whether it happened cannot be told.</summary>
    OutcomeUnknown = 3,

    /// <summary>This instance has not yet applied the zxid that the request asked to see.</summary>
    ReplicaBehind = 4,

    /// <summary>The cursor is older than what is kept, or from a lost tail of the log.</summary>
    CursorExpired = 5,

    /// <summary>A limit of the whole tree would be exceeded. It is no quota to old ZooKeeper clients, which know of
    /// none and break on its number.</summary>
    TreeFull = 6,

    /// <summary>The log is empty or another one where entries were read before; nothing is written until a person
    /// decides.</summary>
    LogLost = 7,
}
