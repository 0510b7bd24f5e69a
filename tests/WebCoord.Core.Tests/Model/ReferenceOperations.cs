using System.Globalization;
using System.Text;
using WebCoord.Core.Commands;
using WebCoord.Core.Tree;

namespace WebCoord.Core.Tests.Model;

/// <summary>Operations on nodes, check by check in the order of zookeeper-protocol section 5.2.</summary>
internal sealed class ReferenceOperations(ReferenceTree tree, Request request)
{
    private SortedDictionary<string, ReferenceNode> Nodes => tree.Nodes;

    public ApplyResult Create(Command.Create create)
    {
        CheckSession();
        Refuse(!Enum.IsDefined(create.Mode), ErrorCode.BadArguments);
        var isTtl = create.Mode.Kind() == NodeKind.Ttl;
        Refuse(isTtl ? create.TtlMs is < 1 or > 0xFFFFFFFFFF : create.TtlMs != 0, ErrorCode.BadArguments);
        Refuse(create.Mode.Kind() == NodeKind.Ephemeral && request.Session == default, ErrorCode.BadArguments);
        Refuse(!create.Path.Contains('/', StringComparison.Ordinal), ErrorCode.BadArguments);
        var acl = AclSchemes.Expand(create.Acl, request.Identities, out _) ?? throw Refusal(ErrorCode.InvalidAcl);
        var parent = ReferenceTree.ParentOf(create.Path);
        if (create.CreateParents)
        {
            CheckPath(create.Mode.IsSequential() ? create.Path + "0" : create.Path);
            MakeParents(parent, acl);
        }

        Refuse(!Nodes.ContainsKey(parent), ErrorCode.NoNode);
        Need(parent, Permissions.Create);
        var path = create.Mode.IsSequential()
            ? create.Path + Nodes[parent].Creations.ToString("D10", CultureInfo.InvariantCulture)
            : create.Path;
        CheckPath(path);
        Refuse(Nodes.ContainsKey(path), ErrorCode.NodeExists);
        Refuse(Nodes[parent].Kind == NodeKind.Ephemeral, ErrorCode.NoChildrenForEphemerals);
        CheckQuota(path, 1, create.Data?.Length ?? 0);
        Add(path, create.Data, acl, create.Mode.Kind(), create.TtlMs);
        return Done(path, created: true);
    }

    public ApplyResult Delete(Command.Delete delete)
    {
        CheckSession();
        CheckPath(delete.Path);
        CheckDeletion(delete.Path, delete.Precondition);
        Refuse(tree.ChildrenOf(delete.Path) > 0, ErrorCode.NotEmpty);
        Remove(delete.Path, ChangeCause.Write);
        return new ApplyResult { Path = delete.Path };
    }

    public ApplyResult DeleteRecursive(Command.DeleteRecursive delete)
    {
        CheckSession();
        CheckPath(delete.Path);
        CheckDeletion(delete.Path, delete.Precondition);
        var doomed = tree.Subtree(delete.Path).ToArray();
        Refuse(doomed.Length > tree.Settings.MaxRecursiveDelete, ErrorCode.TooLarge);
        foreach (var path in doomed.Where(path => tree.ChildrenOf(path) > 0))
        {
            Need(path, Permissions.Delete);
        }

        RemoveDeepestFirst(doomed, ChangeCause.RecursiveDelete);
        return new ApplyResult { Path = delete.Path };
    }

    public ApplyResult SetData(string path, ReadOnlyMemory<byte>? data, Precondition precondition)
    {
        CheckSession();
        CheckPath(path);
        CheckExists(path, precondition);
        Need(path, Permissions.Write);
        var node = Nodes[path];
        var growth = (data?.Length ?? 0) - (node.Data?.Length ?? 0);
        CheckQuota(path, 0, growth);
        Judge(precondition, node.Mzxid, node.Version);
        node.Data = data?.ToArray();
        node.Version++;
        node.Mzxid = tree.Zxid;
        node.Mtime = tree.NowMs;
        node.SetAtMs = tree.ClockMs;
        Note(ChangeType.DataChanged, path, ChangeCause.Write);
        Account(path, 0, growth);
        return Done(path);
    }

    public ApplyResult Put(Command.Put put)
    {
        if (Nodes.ContainsKey(put.Path))
        {
            return SetData(put.Path, put.Data, put.Precondition);
        }

        CheckSession();
        CheckPath(put.Path);
        Refuse(put.Precondition.Kind is PreconditionKind.Tag or PreconditionKind.Exists, ErrorCode.BadVersion);
        Refuse(put.Precondition.Kind == PreconditionKind.Version, ErrorCode.NoNode);
        return Create(new Command.Create(put.Path, put.Data, CreateMode.Persistent, Acl.Open, 0, put.CreateParents));
    }

    public ApplyResult SetAcl(Command.SetAcl set)
    {
        CheckSession();
        CheckPath(set.Path);
        var acl = AclSchemes.Expand(set.Acl, request.Identities, out _) ?? throw Refusal(ErrorCode.InvalidAcl);
        CheckExists(set.Path, set.Precondition);
        Need(set.Path, Permissions.Admin);
        var node = Nodes[set.Path];
        Judge(set.Precondition, node.Czxid, node.Aversion);
        node.Acl = acl;
        node.Aversion++;
        Note(ChangeType.AclChanged, set.Path, ChangeCause.Write);
        return Done(set.Path);
    }

    public ApplyResult Check(Command.Check check)
    {
        CheckSession();
        CheckPath(check.Path);
        if (check.Precondition.Kind == PreconditionKind.Absent && !Nodes.ContainsKey(check.Path))
        {
            return new ApplyResult { Path = check.Path };
        }

        CheckExists(check.Path, check.Precondition);
        Need(check.Path, Permissions.Read);
        Judge(check.Precondition, Nodes[check.Path].Mzxid, Nodes[check.Path].Version);
        return Done(check.Path);
    }

    public ApplyResult Reap(Command.Reap reap)
    {
        if (Nodes.TryGetValue(reap.Path, out var node) && tree.ChildrenOf(reap.Path) == 0)
        {
            var age = tree.ClockMs - node.SetAtMs;
            var neverUsed = tree.Settings.ContainerNeverUsedMs;
            if (node.Kind == NodeKind.Container && (node.Creations > 0 || (neverUsed > 0 && age > neverUsed)))
            {
                Remove(reap.Path, ChangeCause.Container);
            }
            else if (node.Kind == NodeKind.Ttl && age > node.TtlMs)
            {
                Remove(reap.Path, ChangeCause.Ttl);
            }
        }

        return new ApplyResult { Path = reap.Path };
    }

    public void RemoveDeepestFirst(IEnumerable<string> paths, ChangeCause cause)
    {
        foreach (var path in paths.OrderByDescending(p => p.Count(c => c == '/'))
            .ThenBy(p => p, StringComparer.Ordinal))
        {
            Remove(path, cause);
        }
    }

    private void MakeParents(string parent, Acl acl)
    {
        var missing = new Stack<string>();
        for (var path = parent; !Nodes.ContainsKey(path); path = ReferenceTree.ParentOf(path))
        {
            missing.Push(path);
        }

        foreach (var path in missing)
        {
            var above = ReferenceTree.ParentOf(path);
            Need(above, Permissions.Create);
            Refuse(Nodes[above].Kind == NodeKind.Ephemeral, ErrorCode.NoChildrenForEphemerals);
            CheckQuota(path, 1, 0);
            Add(path, null, acl, NodeKind.Persistent, 0);
        }
    }

    private void Add(string path, ReadOnlyMemory<byte>? data, Acl acl, NodeKind kind, long ttlMs)
    {
        var parent = Nodes[ReferenceTree.ParentOf(path)];
        parent.Creations++;
        parent.Pzxid = tree.Zxid;
        Nodes[path] = new ReferenceNode
        {
            Data = data?.ToArray(),
            Acl = acl,
            Czxid = tree.Zxid,
            Mzxid = tree.Zxid,
            Pzxid = tree.Zxid,
            Ctime = tree.NowMs,
            Mtime = tree.NowMs,
            SetAtMs = tree.ClockMs,
            Kind = kind,
            Owner = kind == NodeKind.Ephemeral ? request.Session : default,
            TtlMs = ttlMs,
        };
        Note(ChangeType.Created, path, ChangeCause.Write);
        Account(path, 1, data?.Length ?? 0);
        if (path.StartsWith("/zookeeper/quota/", StringComparison.Ordinal)
            && path.EndsWith("/zookeeper_stats", StringComparison.Ordinal))
        {
            var target = path["/zookeeper/quota".Length..^"/zookeeper_stats".Length];
            var nodes = tree.Subtree(target).ToArray();
            WriteUsage(path, nodes.Length, nodes.Sum(p => (long)(Nodes[p].Data?.Length ?? 0)));
        }
    }

    private void Remove(string path, ChangeCause cause)
    {
        Note(ChangeType.Deleted, path, cause);
        var length = Nodes[path].Data?.Length ?? 0;
        Nodes.Remove(path);
        Nodes[ReferenceTree.ParentOf(path)].Pzxid = tree.Zxid;
        Account(path, -1, -length);
    }

    private void CheckDeletion(string path, Precondition precondition)
    {
        Refuse(SystemPaths.Contains(path), ErrorCode.BadArguments);
        var missing = precondition.Kind is PreconditionKind.Tag or PreconditionKind.Exists
            ? ErrorCode.BadVersion
            : ErrorCode.NoNode;
        Refuse(!Nodes.ContainsKey(ReferenceTree.ParentOf(path)), missing);
        Need(ReferenceTree.ParentOf(path), Permissions.Delete);
        Refuse(!Nodes.ContainsKey(path), missing);
        Judge(precondition, Nodes[path].Mzxid, Nodes[path].Version);
    }

    public void CheckSession()
    {
        Refuse(request.Session.Value != 0 && !tree.Sessions.ContainsKey(request.Session), ErrorCode.SessionExpired);
        CheckOwner();
    }

    public void CheckOwner() => Refuse(request.Owner != default
        && tree.Sessions.TryGetValue(request.Session, out var session) && session.Owner != request.Owner,
        ErrorCode.SessionMoved);

    private static void CheckPath(string path) =>
        Refuse(!ZnodePath.TryParse(path, out _, out _), ErrorCode.BadArguments);

    private void CheckExists(string path, Precondition precondition) => Refuse(!Nodes.ContainsKey(path),
        precondition.Kind is PreconditionKind.Tag or PreconditionKind.Exists ? ErrorCode.BadVersion : ErrorCode.NoNode);

    private static void Judge(Precondition precondition, Zxid zxid, int version)
    {
        Refuse(precondition.Kind == PreconditionKind.Absent, ErrorCode.NodeExists);
        Refuse(precondition.Kind == PreconditionKind.Version && precondition.Version != version, ErrorCode.BadVersion);
        var tag = (precondition.Zxid, precondition.Version);
        Refuse(precondition.Kind == PreconditionKind.Tag && tag != (zxid, version), ErrorCode.BadVersion);
    }

    private void Need(string path, Permissions permissions) =>
        Refuse(!Nodes[path].Acl.Permits(permissions, request.Identities), ErrorCode.NoAuth);

    /// <summary>The deepest quota that the path is under: section 10.1.</summary>
    private string? QuotaOf(string path)
    {
        for (var target = path; target != "/"; target = ReferenceTree.ParentOf(target))
        {
            if (Nodes.ContainsKey($"/zookeeper/quota{target}/zookeeper_limits"))
            {
                return target;
            }
        }

        return null;
    }

    private void CheckQuota(string path, long count, long bytes)
    {
        if (!tree.Settings.EnforceQuota || QuotaOf(path) is not { } target)
        {
            return;
        }

        var limits = Numbers($"/zookeeper/quota{target}/zookeeper_limits");
        var usage = Numbers($"/zookeeper/quota{target}/zookeeper_stats");
        // A limit may have been lowered below the usage: then what does not touch that usage still goes through.
        Refuse(count > 0 && Exceeds("countHardLimit", usage["count"] + count), ErrorCode.QuotaExceeded);
        Refuse(bytes != 0 && Exceeds("byteHardLimit", usage["bytes"] + bytes), ErrorCode.QuotaExceeded);

        bool Exceeds(string key, long value) => limits.GetValueOrDefault(key, -1) is >= 0 and var most && value > most;
    }

    private void Account(string path, long count, long bytes)
    {
        if (QuotaOf(path) is { } target && Nodes.ContainsKey($"/zookeeper/quota{target}/zookeeper_stats"))
        {
            var stats = $"/zookeeper/quota{target}/zookeeper_stats";
            WriteUsage(stats, Numbers(stats)["count"] + count, Numbers(stats)["bytes"] + bytes);
        }
    }

    private void WriteUsage(string path, long count, long bytes) =>
        Nodes[path].Data = Encoding.UTF8.GetBytes($"count={count},bytes={bytes}");

    private Dictionary<string, long> Numbers(string path) => Encoding.UTF8.GetString(Nodes[path].Data ?? [])
        .Split([',', ';'], StringSplitOptions.RemoveEmptyEntries)
        .Select(pair => pair.Split('='))
        .Where(pair => pair.Length > 1 && pair[0].Length > 0)
        .ToDictionary(pair => pair[0], pair => long.Parse(pair[1], CultureInfo.InvariantCulture));

    private void Note(ChangeType type, string path, ChangeCause cause)
    {
        var node = Nodes[path];
        var parentAcl = type is ChangeType.Created or ChangeType.Deleted
            ? Nodes[ReferenceTree.ParentOf(path)].Acl
            : null;
        tree.Changes.Add(new Change(tree.Zxid, tree.Changes.Count, type, path, node.Version, cause, node.Acl,
            parentAcl));
    }

    private ApplyResult Done(string path, bool created = false) =>
        new() { Path = path, Stat = Nodes[path].Stat(tree.ChildrenOf(path)), Created = created };

    private static RefusedException Refusal(ErrorCode error) => new(error);

    private static void Refuse(bool refused, ErrorCode error)
    {
        if (refused)
        {
            throw Refusal(error);
        }
    }
}
