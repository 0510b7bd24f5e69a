using System.Collections.Immutable;
using WebCoord.Core.Commands;
using WebCoord.Core.Sessions;
using WebCoord.Core.Tree;

namespace WebCoord.Core;

/// <summary>
/// One request on its way through the state machine: the state as it was, what has become of it so far, and the changes
/// to tell of. A request that fails leaves nothing behind because its transition is dropped.
/// </summary>
internal sealed class Transition(CoordinationState before, Request request, Zxid zxid)
{
    private readonly ImmutableArray<Change>.Builder _changes = ImmutableArray.CreateBuilder<Change>();

    public Request Request => request;

    public Zxid Zxid => zxid;

    /// <summary>Wall time of the entry, ms since 1970: for ctime and mtime only.</summary>
    public long TimestampMs => before.TimestampMs;

    /// <summary>The log clock, ms: for everything that runs out.</summary>
    public long LogClockMs => before.LogClockMs;

    public Settings Settings => before.Settings;

    public DataTree Tree { get; private set; } = before.Tree;

    public SessionTable Sessions { get; set; } = before.Sessions;

    public Settings? StoredSettings { get; set; } = before.StoredSettings;

    public int FeatureLevel { get; set; } = before.FeatureLevel;

    public ImmutableSortedDictionary<long, Instance> Instances { get; set; } = before.Instances;

    public ImmutableArray<Change> Changes => _changes.ToImmutable();

    /// <summary>The state after the request.</summary>
    public CoordinationState Commit() => before with
    {
        Tree = Tree,
        Sessions = Sessions,
        StoredSettings = StoredSettings,
        FeatureLevel = FeatureLevel,
        Instances = Instances,
    };

    public bool IsPermitted(Znode node, Permissions needed) => node.Acl.Permits(needed, request.Identities);

    /// <summary>Adds a node below <paramref name="parent"/>, with all that follows from it.</summary>
    public void Add(ZnodePath path, Znode node, Znode parent)
    {
        var counted = parent with { ChildCreations = parent.ChildCreations + 1, Pzxid = zxid };
        Tree = Tree.Add(path, node, counted);
        if (node.Kind == NodeKind.Ephemeral)
        {
            var owner = Sessions.Find(node.EphemeralOwner)!;
            Sessions = Sessions.Set(owner with { Ephemerals = owner.Ephemerals.Add(path.Value) });
        }

        Tree = Quota.AfterCreation(Tree, path, node);
        Tell(ChangeType.Created, path, node, ChangeCause.Write, parent.Acl);
    }

    /// <summary>Removes a node without children, with all that follows from it.</summary>
    public void Remove(ZnodePath path, Znode node, ChangeCause cause)
    {
        var parent = Tree.Find(path.Parent)!;
        Tree = Tree.Remove(path, node, parent with { Pzxid = zxid });
        if (node.Kind == NodeKind.Ephemeral && Sessions.Find(node.EphemeralOwner) is { } owner)
        {
            Sessions = Sessions.Set(owner with { Ephemerals = owner.Ephemerals.Remove(path.Value) });
        }

        Tree = Quota.AfterChange(Tree, path, -1, -node.DataLength);
        Tell(ChangeType.Deleted, path, node, cause, parent.Acl);
    }

    public Znode SetData(ZnodePath path, Znode before, Znode after)
    {
        Tree = Tree.Replace(path, before, after);
        Tree = Quota.AfterChange(Tree, path, 0, after.DataLength - before.DataLength);
        Tell(ChangeType.DataChanged, path, after, ChangeCause.Write, null);
        return after;
    }

    public Znode SetAcl(ZnodePath path, Znode before, Znode after)
    {
        Tree = Tree.Replace(path, before, after);
        Tell(ChangeType.AclChanged, path, after, ChangeCause.Write, null);
        return after;
    }

    private void Tell(ChangeType type, ZnodePath path, Znode node, ChangeCause cause, Acl? parentAcl) =>
        _changes.Add(new Change(zxid, _changes.Count, type, path.Value, node.Version, cause, node.Acl, parentAcl));
}
