using WebCoord.Core.Tree;

namespace WebCoord.Core;

/// <summary>What happened to a node.</summary>
public enum ChangeType
{
    Created = 1,
    Deleted = 2,
    DataChanged = 3,

    /// <summary>The ACL was set. No ZooKeeper watch tells of it; a long poll on the ACL does.</summary>
    AclChanged = 4,
}

/// <summary>Why it happened.</summary>
public enum ChangeCause
{
    Write = 0,
    SessionClosed = 1,
    SessionExpired = 2,
    Ttl = 3,
    Container = 4,
    RecursiveDelete = 5,
}

/// <summary>One change to the tree: what watches are made of.</summary>
/// <param name="Index">Place among the changes of one zxid, from 0.</param>
/// <param name="Version">The node's data version after the change; before it, for a deletion.</param>
/// <param name="Acl">The ACL that decides who may hear of it: of the node, for a deletion as it was.</param>
/// <param name="ParentAcl">The ACL of the parent; null unless a child came or went.</param>
public sealed record Change(Zxid Zxid, int Index, ChangeType Type, string Path, int Version, ChangeCause Cause, Acl Acl,
    Acl? ParentAcl);
