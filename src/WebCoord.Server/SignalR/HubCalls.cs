using WebCoord.Core.Tree;
using WebCoord.Server.Contract;

namespace WebCoord.Server.SignalR;

/// <summary>What every call may say.</summary>
internal abstract record HubCall
{
    /// <summary><c>linearizable</c> (the default) or <c>local</c>. A write is linearizable whatever it says.</summary>
    public string? Consistency { get; init; }

    /// <summary>Waits until this zxid is applied, at most 5 seconds.</summary>
    public string? MinZxid { get; init; }
}

/// <summary>What every write may say.</summary>
internal abstract record HubWriteCall : HubCall
{
    /// <summary>Not taken yet: a write that is not remembered must not look as if it were.</summary>
    public string? RequestId { get; init; }
}

internal sealed record OpenSessionCall : HubCall
{
    /// <summary>How long the session lives when nothing is heard of it, ms; brought into the range of the service.
    /// </summary>
    public int? TimeoutMs { get; init; }

    /// <summary>The token of the session to go on with; without it a new one is opened.</summary>
    public string? Token { get; init; }

    /// <summary>The last zxid that the client has seen, on whichever instance.</summary>
    public string? LastZxid { get; init; }
}

internal sealed record CloseSessionCall : HubCall;

internal sealed record ListWatchesCall : HubCall;

/// <summary>A call that says no more than how fresh its answer must be.</summary>
internal sealed record SyncCall : HubCall;

internal sealed record WatchCall : HubCall
{
    /// <summary>The client's name for the watch, 1 to 256 characters.</summary>
    public string? WatchId { get; init; }

    public string? Path { get; init; }

    /// <summary><c>data</c>, <c>exists</c> or <c>children</c>.</summary>
    public string? Kind { get; init; }

    /// <summary><c>once</c>, and nothing else so far.</summary>
    public string? Mode { get; init; }

    /// <summary>Not taken yet.</summary>
    public string? Since { get; init; }
}

internal sealed record UnwatchCall : HubCall
{
    public string? WatchId { get; init; }
}

internal sealed record GetNodeCall : HubCall
{
    public string? Path { get; init; }

    /// <summary>Base64 forces it.</summary>
    public DataEncoding? Encoding { get; init; }
}

internal sealed record GetChildrenCall : HubCall
{
    public string? Path { get; init; }

    /// <summary>Most children of the page.</summary>
    public int? Limit { get; init; }

    /// <summary>The name after which the page begins.</summary>
    public string? After { get; init; }

    /// <summary>As in REST: <c>stat</c>, <c>data</c>, or both with a comma between.</summary>
    public string? Include { get; init; }
}

internal sealed record CreateNodeCall : HubWriteCall
{
    public string? Path { get; init; }

    public string? Data { get; init; }

    public DataEncoding? Encoding { get; init; }

    public CreateMode? Mode { get; init; }

    public long? TtlMs { get; init; }

    public IReadOnlyList<AclEntryBody>? Acl { get; init; }

    public bool? CreateParents { get; init; }
}

internal sealed record PutNodeCall : HubWriteCall
{
    public string? Path { get; init; }

    public string? Data { get; init; }

    public DataEncoding? Encoding { get; init; }

    /// <summary>ZooKeeper's version check. Not together with <see cref="Etag"/>.</summary>
    public int? Version { get; init; }

    /// <summary>A tag as a node body gave it, <c>*</c> for any node that exists, <c>"absent"</c> for none.</summary>
    public string? Etag { get; init; }

    public bool? CreateParents { get; init; }
}

internal sealed record DeleteNodeCall : HubWriteCall
{
    public string? Path { get; init; }

    public int? Version { get; init; }

    public string? Etag { get; init; }

    /// <summary>Whether everything below goes too.</summary>
    public bool? Recursive { get; init; }
}

internal sealed record TransactCall : HubWriteCall
{
    public IReadOnlyList<OperationBody>? Operations { get; init; }
}
