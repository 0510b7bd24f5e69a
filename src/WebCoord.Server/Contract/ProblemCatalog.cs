using System.Collections.Immutable;
using WebCoord.Core;

namespace WebCoord.Server.Contract;

/// <summary>Every way in which a request can fail.</summary>
internal static class ProblemCatalog
{
    public static ProblemKind BadArguments { get; } = new("bad-arguments", 400, "Bad arguments",
        "The path, a parameter, a header or the body is malformed. 'errors' says what is wrong with which field.",
        ErrorCode.BadArguments);

    public static ProblemKind AuthFailed { get; } = new("auth-failed", 401, "Authentication failed",
        "The credentials or the session token are not valid. Send others.", ErrorCode.AuthFailed);

    public static ProblemKind NoAuth { get; } = new("no-auth", 403, "Not permitted",
        "The ACL of a node does not grant the caller what the request needs. A caller without credentials gets status "
        + "401 instead: it may try again with 'Authorization: Basic'.", ErrorCode.NoAuth);

    public static ProblemKind NoNode { get; } = new("no-node", 404, "No such node",
        "The node does not exist, or the parent of a node to create. Create it first, or create with createParents.",
        ErrorCode.NoNode);

    public static ProblemKind NodeExists { get; } = new("node-exists", 409, "Node exists",
        "A node to create is there already. Under 'If-None-Match: *' or 'If-Match: \"absent\"' the status is 412.",
        ErrorCode.NodeExists);

    public static ProblemKind BadVersion { get; } = new("bad-version", 412, "Precondition failed",
        "The node is not at the version or tag that the request names. 'current' says where it is now: read it again "
        + "and decide anew.", ErrorCode.BadVersion);

    public static ProblemKind NotEmpty { get; } = new("not-empty", 409, "Node has children",
        "A node with children is deleted only with ?recursive=true.", ErrorCode.NotEmpty);

    public static ProblemKind NoChildrenForEphemerals { get; } = new("no-children-for-ephemerals", 409,
        "Ephemeral nodes have no children", "The parent of the node to create is ephemeral. Create it elsewhere.",
        ErrorCode.NoChildrenForEphemerals);

    public static ProblemKind SessionExpired { get; } = new("session-expired", 410, "Session is over",
        "The session was closed, expired, or never was, and its ephemeral nodes are gone. 'sessionEnd' says why and "
        + "when, if it is still remembered. Open a new session.", ErrorCode.SessionExpired);

    public static ProblemKind SessionMoved { get; } = new("session-moved", 409, "Session moved",
        "Another connection speaks for the session now. Use that one, or resume the session here.",
        ErrorCode.SessionMoved);

    public static ProblemKind InvalidAcl { get; } = new("invalid-acl", 422, "Invalid ACL",
        "The ACL has no entries, names an unknown scheme, or an id that its scheme does not allow.",
        ErrorCode.InvalidAcl);

    public static ProblemKind TooLarge { get; } = new("too-large", 413, "Too large",
        "The request, its data or the subtree it names exceeds a limit, which 'detail' names. Send less, or raise the "
        + "limit.", ErrorCode.TooLarge);

    public static ProblemKind QuotaExceeded { get; } = new("quota-exceeded", 403, "Quota exceeded",
        "The write would exceed a quota or a limit of the whole tree. Delete something, or raise the limit.",
        ErrorCode.QuotaExceeded);

    public static ProblemKind NoWatcher { get; } = new("no-watcher", 404, "No such watch",
        "There is no watch of that id to remove.", ErrorCode.NoWatcher);

    public static ProblemKind Throttled { get; } = new("throttled", 429, "Too many requests",
        "A queue of the service is full; the request was not taken. Wait as long as Retry-After says, and try again.",
        ErrorCode.Throttled, RetryAfterSeconds: 1);

    public static ProblemKind LogUnavailable { get; } = new("log-unavailable", 503, "Log unavailable",
        "The transaction log cannot be written at present; nothing happened. Try again after the time that Retry-After "
        + "says.", ErrorCode.LogUnavailable, RetryAfterSeconds: 1);

    public static ProblemKind LogLost { get; } = new("log-lost", 503, "Log lost",
        "The transaction log is empty, or another one than this instance has read. Nothing is written, and nothing "
        + "that the instance has is given up, until an operator decides with POST /v1/log/loss how to go on.",
        ErrorCode.LogLost);

    public static ProblemKind LogNotLost { get; } = new("log-not-lost", 409, "Log not lost",
        "There is nothing to decide: the log is not lost, or not in the way that the request accepts. 'detail' says "
        + "which.");

    public static ProblemKind ReplicaBehind { get; } = new("replica-behind", 503, "Instance is behind",
        "This instance has not yet applied the zxid that WebCoord-Min-Zxid names. Try again, or ask another instance.",
        ErrorCode.ReplicaBehind, RetryAfterSeconds: 1);

    public static ProblemKind OutcomeUnknown { get; } = new("outcome-unknown", 504, "Outcome unknown",
        "The write went to the log, and whether it is there cannot be told now. Read the node before doing it again.",
        ErrorCode.OutcomeUnknown);

    public static ProblemKind CursorExpired { get; } = new("cursor-expired", 410, "Cursor expired",
        "The cursor or zxid is older than what is kept, of another instance, or from a part of the log that was lost. "
        + "Begin anew without it.",
        ErrorCode.CursorExpired);

    public static ProblemKind InternalError { get; } = new("internal-error", 500, "Internal error",
        "A bug of the service. Of a write, 'outcome' says whether it took effect. Please report it with the traceId.",
        ErrorCode.InternalError);

    public static ProblemKind UnknownRoute { get; } = new("unknown-route", 404, "No such resource",
        "Nothing is served at this path. The resources are listed at /swagger.");

    public static ProblemKind MethodNotAllowed { get; } = new("method-not-allowed", 405, "Method not allowed",
        "The resource does not take this method. The Allow header lists those that it takes.");

    public static ProblemKind NotAcceptable { get; } = new("not-acceptable", 406, "Not acceptable",
        "The resource cannot be had in any form that the Accept header allows.");

    public static ProblemKind RequestTimeout { get; } = new("request-timeout", 408, "Request too slow",
        "The body came so slowly that it was not waited for. Send it again, faster.");

    public static ProblemKind UnsupportedMediaType { get; } = new("unsupported-media-type", 415,
        "Unsupported media type", "The body is not of a type that the resource takes. Send 'Content-Type: "
        + "application/json' with a JSON body, or bytes to /v1/data.");

    public static ProblemKind ForeignOrigin { get; } = new("foreign-origin", 403, "Foreign origin",
        "A page of another origin asked for a change. Name the origin in WebCoord:Security:AllowedOrigins to let it.");

    public static ProblemKind UnknownHost { get; } = new("unknown-host", 421, "Unknown host",
        "The Host header is not one that this server goes by. Name it in WebCoord:Security:AllowedHosts to let it.");

    /// <summary>All of them, by code.</summary>
    public static ImmutableSortedDictionary<string, ProblemKind> All { get; } =
        new[]
        {
            BadArguments, AuthFailed, NoAuth, NoNode, NodeExists, BadVersion, NotEmpty, NoChildrenForEphemerals,
            SessionExpired, SessionMoved, InvalidAcl, TooLarge, QuotaExceeded, NoWatcher, Throttled, LogUnavailable,
            LogLost, LogNotLost, ReplicaBehind, OutcomeUnknown, CursorExpired, InternalError, UnknownRoute,
            MethodNotAllowed, NotAcceptable, UnsupportedMediaType, ForeignOrigin, UnknownHost, RequestTimeout,
        }.ToImmutableSortedDictionary(kind => kind.Code, kind => kind, StringComparer.Ordinal);

    private static readonly ImmutableDictionary<ErrorCode, ProblemKind> ByError = All.Values
        .Where(kind => kind.Error is not null)
        .ToImmutableDictionary(kind => kind.Error!.Value);

    /// <summary>How an error of the core is told. What a request that came over HTTP cannot cause is a bug.</summary>
    public static ProblemKind Of(ErrorCode error) => error switch
    {
        ErrorCode.MarshallingError or ErrorCode.Unimplemented => BadArguments,
        ErrorCode.TreeFull => QuotaExceeded,
        _ => ByError.GetValueOrDefault(error, InternalError),
    };

    /// <summary>How a bare HTTP status is told, such as one that the framework sets.</summary>
    public static ProblemKind OfStatus(int status) => status switch
    {
        401 => AuthFailed,
        403 => NoAuth,
        404 => UnknownRoute,
        405 => MethodNotAllowed,
        406 => NotAcceptable,
        408 => RequestTimeout,
        413 => TooLarge,
        415 => UnsupportedMediaType,
        421 => UnknownHost,
        429 => Throttled,
        503 => LogUnavailable,
        >= 500 => InternalError,
        _ => BadArguments,
    };
}
