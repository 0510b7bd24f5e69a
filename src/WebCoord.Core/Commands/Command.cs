using System.Collections.Immutable;
using WebCoord.Core.Sessions;
using WebCoord.Core.Tree;

namespace WebCoord.Core.Commands;

/// <summary>
/// What to change: the closed set that <see cref="StateMachine"/> knows. Paths are as the client sent them and are
/// judged at apply. Byte arrays handed in must not be changed afterwards. Null data and empty data are different.
/// </summary>
public abstract record Command
{
    private Command()
    {
    }

    /// <summary>Creates a node; of a sequential mode, under its path with the parent's counter appended.</summary>
    /// <param name="TtlMs">For the TTL modes 1 to 2^40 - 1, otherwise 0.</param>
    /// <param name="CreateParents">Makes missing ancestors first, as persistent nodes with the same ACL.</param>
    public sealed record Create(string Path, ReadOnlyMemory<byte>? Data, CreateMode Mode, Acl Acl, long TtlMs = 0,
        bool CreateParents = false) : Command;

    /// <summary>Deletes a node without children.</summary>
    public sealed record Delete(string Path, Precondition Precondition = default) : Command;

    /// <summary>Deletes a node with everything below it, or nothing.</summary>
    public sealed record DeleteRecursive(string Path, Precondition Precondition = default) : Command;

    /// <summary>Sets the data of a node that exists.</summary>
    public sealed record SetData(string Path, ReadOnlyMemory<byte>? Data, Precondition Precondition = default)
        : Command;

    /// <summary>Sets the data of a node, or creates it as persistent and open when it is absent.</summary>
    public sealed record Put(string Path, ReadOnlyMemory<byte>? Data, Precondition Precondition = default,
        bool CreateParents = false) : Command;

    /// <summary>Sets the ACL of a node; versions and tags are those of the ACL.</summary>
    public sealed record SetAcl(string Path, Acl Acl, Precondition Precondition = default) : Command;

    /// <summary>Changes nothing, and fails unless the node meets the precondition; it must exist, unless it must be
    /// absent.</summary>
    public sealed record Check(string Path, Precondition Precondition = default) : Command;

    /// <summary>Several node operations, all or none, under one zxid. Only the commands above may be inside.</summary>
    public sealed record Multi(ImmutableArray<Command> Operations) : Command;

    /// <summary>Opens a session; the timeout is clamped to the settings' range.</summary>
    /// <param name="Key">16 random bytes, made by the front end.</param>
    public sealed record CreateSession(int TimeoutMs, ReadOnlyMemory<byte> Key, SessionOwner Owner = default) : Command;

    /// <summary>Makes a connection the owner of a session, and sets its timeout anew; 0 keeps the timeout. Fails with
    /// <see cref="ErrorCode.AuthFailed"/> unless the key is the session's.</summary>
    public sealed record AttachSession(SessionId Session, ReadOnlyMemory<byte> Key, int TimeoutMs, SessionOwner Owner)
        : Command;

    /// <summary>Notes that these sessions were heard of; unknown ones are skipped. With none it moves the log clock.
    /// </summary>
    public sealed record TouchSessions(ImmutableArray<SessionId> Sessions) : Command;

    /// <summary>Ends a session and deletes its ephemeral nodes.</summary>
    public sealed record CloseSession(SessionId Session) : Command;

    /// <summary>Ends a session that was not touched since, once the log clock has passed its deadline; otherwise fails
    /// with <see cref="ErrorCode.BadVersion"/>.</summary>
    public sealed record ExpireSession(SessionId Session, long LastTouchMs) : Command;

    /// <summary>Ends sessions and deletes the ephemeral nodes of all of them; those that are not alive are skipped.
    /// Unknown below feature level 2.</summary>
    public sealed record EndSessions(ImmutableArray<SessionId> Sessions, SessionEndReason Reason) : Command;

    /// <summary>Deletes a container that lost its last child or a TTL node whose time is up; a node for which neither
    /// holds stays, without an error.</summary>
    public sealed record Reap(string Path) : Command;

    /// <summary>The whole service was away: starts the timeouts of all sessions afresh.</summary>
    public sealed record ServiceResumed : Command;

    /// <summary>Replaces the settings. Without <paramref name="Bootstrap"/> the caller must be super; with it the
    /// command applies only to a state whose settings were never set.</summary>
    public sealed record UpdateSettings(Settings Settings, bool Bootstrap) : Command;

    /// <summary>Raises the feature level, if every instance in the state supports it.</summary>
    public sealed record RaiseFeatureLevel(int Level) : Command;

    /// <summary>An instance is there, joins, or tells how it is.</summary>
    public sealed record InstanceHeartbeat(InstanceReport Report) : Command;

    /// <summary>An instance leaves, or was not heard of since <paramref name="LastHeartbeatMs"/> (null: it says so
    /// itself).</summary>
    public sealed record InstanceLeft(long Instance, long? LastHeartbeatMs) : Command;
}
