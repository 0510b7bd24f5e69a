using System.Collections.Immutable;
using System.Diagnostics;
using WebCoord.Core.Commands;
using WebCoord.Core.Sessions;
using WebCoord.Core.Tree;

namespace WebCoord.Core;

/// <summary>
/// A batch on its way through the state machine: the state as it was when the batch began, and what its requests have
/// made of it so far. Requests change it in place, one after the other. A request that fails must leave nothing behind:
/// most judge everything before their first change; one that cannot calls <see cref="Save"/> before it.
/// </summary>
/// <param name="before">The state with the clock moved on; it is never changed.</param>
/// <param name="first">The zxid of the first request.</param>
internal sealed class Transition(CoordinationState before, Zxid first)
{
    private readonly List<Change> _changes = [];

    /// <summary>What becomes of the ephemerals of sessions that gain or lose some; put into the table by
    /// <see cref="Sessions"/>.</summary>
    private readonly Dictionary<SessionId, ImmutableSortedSet<string>.Builder> _ephemerals = [];
    private SessionTable _sessions = before.Sessions;

    /// <summary>What a failing request goes back to; null while it has nothing to go back from.</summary>
    private CoordinationState? _saved;

    public Request Request { get; private set; } = null!;

    public Zxid Zxid { get; private set; }

    /// <summary>Wall time of the entry, ms since 1970: for ctime and mtime only.</summary>
    public long TimestampMs => before.TimestampMs;

    /// <summary>The log clock, ms: for everything that runs out.</summary>
    public long LogClockMs => before.LogClockMs;

    public Settings Settings => StoredSettings ?? CoordinationState.DefaultSettings;

    public TreeBuilder Tree { get; } = new(before.Tree, first);

    public SessionTable Sessions
    {
        get
        {
            foreach (var (id, ephemerals) in _ephemerals)
            {
                _sessions = _sessions.Set(_sessions.Find(id)! with { Ephemerals = ephemerals.ToImmutable() });
            }

            _ephemerals.Clear();
            return _sessions;
        }

        set
        {
            Debug.Assert(_ephemerals.Count == 0, "a table is made from the one before, which holds all ephemerals");
            _sessions = value;
        }
    }

    public Settings? StoredSettings { get; set; } = before.StoredSettings;

    public int FeatureLevel { get; set; } = before.FeatureLevel;

    public ImmutableSortedDictionary<long, Instance> Instances { get; set; } = before.Instances;

    /// <summary>Begins the next request.</summary>
    public void Begin(Request request, Zxid zxid)
    {
        Request = request;
        Zxid = zxid;
        _saved = null;
        _changes.Clear();
    }

    /// <summary>Ends the request: what it did stays.</summary>
    /// <returns>The changes that it made.</returns>
    public ImmutableArray<Change> Accept() => [.. _changes];

    /// <summary>Notes what <see cref="Refuse"/> goes back to, unless the request did so before. Nothing may have been
    /// changed by the request yet.</summary>
    public void Save() => _saved ??= ToState(Zxid);

    /// <summary>Ends the request: nothing that it did stays.</summary>
    public void Refuse()
    {
        if (_saved is null)
        {
            Debug.Assert(_changes.Count == 0, "a request that can fail after its first change saves before it");
            return;
        }

        _ephemerals.Clear();
        _sessions = _saved.Sessions;
        Tree.GoBackTo(_saved.Tree);
        StoredSettings = _saved.StoredSettings;
        FeatureLevel = _saved.FeatureLevel;
        Instances = _saved.Instances;
    }

    /// <summary>The state after the batch.</summary>
    public CoordinationState Finish() => ToState(Zxid);

    /// <summary>A session as far as it is needed for a request that runs in it: without its newest ephemerals.
    /// </summary>
    public Session? FindSession(SessionId id) => _sessions.Find(id);

    public bool IsPermitted(Znode node, Permissions needed) => node.Acl.Permits(needed, Request.Identities);

    /// <summary>Adds a node, with all that follows from it.</summary>
    public void Add(ZnodePath path, Znode node)
    {
        var parent = Tree.Add(path.Value, node);
        parent.ChildCreations++;
        parent.Pzxid = Zxid;
        if (node.Kind == NodeKind.Ephemeral)
        {
            EphemeralsOf(_sessions.Find(node.EphemeralOwner)!).Add(path.Value);
        }

        Quota.AfterCreation(Tree, path, node);
        Tell(ChangeType.Created, path, node, ChangeCause.Write, parent.Acl);
    }

    /// <summary>Removes a node without children, with all that follows from it.</summary>
    public void Remove(ZnodePath path, Znode node, ChangeCause cause)
    {
        var parent = Tree.Remove(path.Value, node);
        parent.Pzxid = Zxid;
        if (node.Kind == NodeKind.Ephemeral && _sessions.Find(node.EphemeralOwner) is { } owner)
        {
            EphemeralsOf(owner).Remove(path.Value);
        }

        Quota.AfterChange(Tree, path, -1, -node.DataLength);
        Tell(ChangeType.Deleted, path, node, cause, parent.Acl);
    }

    public Znode SetData(ZnodePath path, ReadOnlyMemory<byte>? data, SubtreeSums growth)
    {
        var node = Tree.Edit(path.Value, growth);
        node.Data = data;
        node.Version = unchecked(node.Version + 1);
        node.Mzxid = Zxid;
        node.Mtime = TimestampMs;
        node.SetAtMs = LogClockMs;
        Quota.AfterChange(Tree, path, 0, (int)growth.DataBytes);
        Tell(ChangeType.DataChanged, path, node, ChangeCause.Write, null);
        return node;
    }

    public Znode SetAcl(ZnodePath path, Acl acl, SubtreeSums growth)
    {
        var node = Tree.Edit(path.Value, growth);
        node.Acl = acl;
        node.Aversion = unchecked(node.Aversion + 1);
        Tell(ChangeType.AclChanged, path, node, ChangeCause.Write, null);
        return node;
    }

    private CoordinationState ToState(Zxid edition) => before with
    {
        Tree = Tree.ToTree(edition),
        Sessions = Sessions,
        StoredSettings = StoredSettings,
        FeatureLevel = FeatureLevel,
        Instances = Instances,
    };

    private ImmutableSortedSet<string>.Builder EphemeralsOf(Session session)
    {
        if (!_ephemerals.TryGetValue(session.Id, out var ephemerals))
        {
            ephemerals = session.Ephemerals.ToBuilder();
            _ephemerals.Add(session.Id, ephemerals);
        }

        return ephemerals;
    }

    private void Tell(ChangeType type, ZnodePath path, Znode node, ChangeCause cause, Acl? parentAcl) =>
        _changes.Add(new Change(Zxid, _changes.Count, type, path.Value, node.Version, cause, node.Acl, parentAcl));
}
