using System.Globalization;
using WebCoord.Core.Commands;
using WebCoord.Core.Sessions;

namespace WebCoord.Core.Tree;

/// <summary>What the commands that create and change nodes do. The order of the checks is that of zookeeper-protocol
/// section 5.2: the first that fails is the answer.</summary>
internal static class NodeCommands
{
    /// <summary>The longest TTL: 40 bits of milliseconds (section 5.3).</summary>
    public const long MaxTtlMs = 0xFF_FFFF_FFFF;

    public static ApplyResult Create(Command.Create command, Transition transition)
    {
        if (JudgeMode(command, transition) is { } refusal)
        {
            return refusal;
        }

        var hasSlash = command.Path.Contains('/', StringComparison.Ordinal);
        if (!hasSlash || command.Path.Contains('\0', StringComparison.Ordinal))
        {
            return BadPath(command.Path, "a path begins with '/' and has no NUL");
        }

        if (AclSchemes.Expand(command.Acl, transition.Request.Identities, out var aclProblem) is not { } acl)
        {
            return ApplyResult.Refused(ErrorCode.InvalidAcl, $"The ACL is not valid: {aclProblem}.") with
            { Path = command.Path };
        }

        if (command.CreateParents && CreateAncestors(ParentOf(command.Path).ToString(), acl, transition) is { } failure)
        {
            return failure;
        }

        return transition.Tree.Find(ParentOf(command.Path)) is { } parent
            ? CreateBelow(parent, command, acl, transition)
            : Missing(ParentOf(command.Path).ToString());
    }

    public static ApplyResult SetData(Command.SetData command, Transition transition)
    {
        if (!ZnodePath.TryParse(command.Path, out var path, out var problem))
        {
            return BadPath(command.Path, problem);
        }

        return transition.Tree.Find(path) is { } node
            ? SetData(path, node, command.Data, command.Precondition, transition)
            : Missing(path, command.Precondition);
    }

    public static ApplyResult Put(Command.Put command, Transition transition)
    {
        if (!ZnodePath.TryParse(command.Path, out var path, out var problem))
        {
            return BadPath(command.Path, problem);
        }

        if (transition.Tree.Find(path) is { } node)
        {
            return SetData(path, node, command.Data, command.Precondition, transition);
        }

        return command.Precondition.Kind is PreconditionKind.None or PreconditionKind.Absent
            ? Create(new Command.Create(command.Path, command.Data, CreateMode.Persistent, Acl.Open,
                CreateParents: command.CreateParents), transition)
            : Missing(path, command.Precondition);
    }

    public static ApplyResult SetAcl(Command.SetAcl command, Transition transition)
    {
        if (!ZnodePath.TryParse(command.Path, out var path, out var problem))
        {
            return BadPath(command.Path, problem);
        }

        if (AclSchemes.Expand(command.Acl, transition.Request.Identities, out var aclProblem) is not { } acl)
        {
            return ApplyResult.Refused(ErrorCode.InvalidAcl, $"The ACL is not valid: {aclProblem}.") with
            { Path = command.Path };
        }

        if (transition.Tree.Find(path) is not { } node)
        {
            return Missing(path, command.Precondition);
        }

        if (!transition.IsPermitted(node, Permissions.Admin))
        {
            return NotPermitted(Permissions.Admin, path);
        }

        var error = command.Precondition.Judge(node.Czxid, node.Aversion);
        if (error != ErrorCode.Ok)
        {
            return Unmet(error, path, node, transition);
        }

        var growth = new SubtreeSums(0, 0, acl.Weight - node.Acl.Weight);
        return TreeLimits.Judge(path, node.DataLength, growth, transition)
            ?? new ApplyResult { Path = path.Value, Stat = transition.SetAcl(path, acl, growth).Stat };
    }

    public static ApplyResult Check(Command.Check command, Transition transition)
    {
        if (!ZnodePath.TryParse(command.Path, out var path, out var problem))
        {
            return BadPath(command.Path, problem);
        }

        if (transition.Tree.Find(path) is not { } node)
        {
            return command.Precondition.Kind == PreconditionKind.Absent
                ? new ApplyResult { Path = path.Value }
                : Missing(path, command.Precondition);
        }

        if (!transition.IsPermitted(node, Permissions.Read))
        {
            return NotPermitted(Permissions.Read, path);
        }

        var error = command.Precondition.Judge(node.Mzxid, node.Version);
        return error == ErrorCode.Ok
            ? new ApplyResult { Path = path.Value, Stat = node.Stat }
            : Unmet(error, path, node, transition);
    }

    /// <summary>A node that the operation needs is not there.</summary>
    public static ApplyResult Missing(ZnodePath path, Precondition precondition) =>
        Missing(path.Value) with { Error = precondition.JudgeMissing() };

    public static ApplyResult NotPermitted(Permissions needed, ZnodePath path) => NotPermitted(needed, path.Value);

    private static ApplyResult NotPermitted(Permissions needed, string path)
    {
        var permission = needed.ToString().ToUpperInvariant();
        return ApplyResult.Refused(ErrorCode.NoAuth,
            $"The ACL of {path} does not grant {permission} to this caller.") with
        { Path = path };
    }

    /// <summary>A precondition does not hold; who may read the node is told how it is.</summary>
    public static ApplyResult Unmet(ErrorCode error, ZnodePath path, Znode node, Transition transition)
    {
        var detail = error == ErrorCode.NodeExists
            ? $"{path} exists already."
            : $"{path} is not at the version or tag that the request names; read it again and decide anew.";
        return ApplyResult.Refused(error, detail) with
        {
            Path = path.Value,
            Stat = transition.IsPermitted(node, Permissions.Read) ? node.Stat : null,
        };
    }

    /// <summary>The parent's part of a path, valid or not, that has a slash.</summary>
    private static ReadOnlySpan<char> ParentOf(string path) => path.AsSpan(0, Math.Max(1, path.LastIndexOf('/')));

    private static ApplyResult Missing(string path) =>
        ApplyResult.Refused(ErrorCode.NoNode, $"There is no node {path}.") with { Path = path };

    private static ApplyResult BadPath(string path, string problem) =>
        ApplyResult.Refused(ErrorCode.BadArguments, $"The path is not valid: {problem}.") with { Path = path };

    private static ApplyResult? JudgeMode(Command.Create command, Transition transition)
    {
        var detail = command.Mode switch
        {
            < CreateMode.Persistent or > CreateMode.TtlSequential => $"There is no create mode {(int)command.Mode}.",
            CreateMode.Ttl or CreateMode.TtlSequential when command.TtlMs is < 1 or > MaxTtlMs =>
                $"A TTL is 1 to {MaxTtlMs} ms, not {command.TtlMs}.",
            not (CreateMode.Ttl or CreateMode.TtlSequential) when command.TtlMs != 0 =>
                "Only the modes ttl and ttlSequential have a TTL.",
            _ when command.Mode.Kind() == NodeKind.Ephemeral && transition.Request.Session == SessionId.None =>
                "An ephemeral node needs a session to belong to.",
            _ => null,
        };
        return detail is null
            ? null
            : ApplyResult.Refused(ErrorCode.BadArguments, detail) with { Path = command.Path };
    }

    /// <summary>Creates what is missing of a path, top down; null when all of it is there in the end.</summary>
    private static ApplyResult? CreateAncestors(string text, Acl acl, Transition transition)
    {
        if (!ZnodePath.TryParse(text, out var path, out var problem))
        {
            return BadPath(text, problem);
        }

        var missing = new Stack<ZnodePath>();
        for (; transition.Tree.Find(path) is null; path = path.Parent)
        {
            missing.Push(path);
        }

        if (missing.Count > 0)
        {
            transition.Save();
        }

        foreach (var ancestor in missing)
        {
            var command = new Command.Create(ancestor.Value, null, CreateMode.Persistent, acl);
            var result = CreateBelow(transition.Tree.Find(ancestor.ParentSpan)!, command, acl, transition);
            if (!result.Succeeded)
            {
                return result;
            }
        }

        return null;
    }

    private static ApplyResult CreateBelow(Znode parent, Command.Create command, Acl acl, Transition transition)
    {
        if (!transition.IsPermitted(parent, Permissions.Create))
        {
            return NotPermitted(Permissions.Create, ParentOf(command.Path).ToString());
        }

        var text = command.Mode.IsSequential()
            ? string.Create(CultureInfo.InvariantCulture, $"{command.Path}{parent.ChildCreations:D10}")
            : command.Path;
        if (!ZnodePath.TryParse(text, out var path, out var problem))
        {
            return BadPath(text, problem);
        }

        if (path.IsRoot || parent.Children.Find(path.NameSpan) is not null)
        {
            return Unmet(ErrorCode.NodeExists, path, transition.Tree.Find(path)!, transition);
        }

        if (parent.Kind == NodeKind.Ephemeral)
        {
            return ApplyResult.Refused(ErrorCode.NoChildrenForEphemerals,
                $"{path.Parent} is ephemeral and cannot have children.") with
            { Path = path.Value };
        }

        var node = NewNode(path, command, parent.Acl.Equals(acl) ? parent.Acl : acl, transition);
        if (TreeLimits.Judge(path, node.DataLength, SubtreeSums.OfOne(node), transition) is { } refusal)
        {
            return refusal;
        }

        transition.Add(path, node);
        return new ApplyResult { Path = path.Value, Stat = node.Stat, Created = true };
    }

    private static Znode NewNode(ZnodePath path, Command.Create command, Acl acl, Transition transition)
    {
        var kind = command.Mode.Kind();
        return new Znode
        {
            Name = path.Name,
            Data = command.Data,
            Acl = acl,
            Kind = kind,
            TtlMs = command.TtlMs,
            EphemeralOwner = kind == NodeKind.Ephemeral ? transition.Request.Session : SessionId.None,
            Czxid = transition.Zxid,
            Mzxid = transition.Zxid,
            Pzxid = transition.Zxid,
            Ctime = transition.TimestampMs,
            Mtime = transition.TimestampMs,
            SetAtMs = transition.LogClockMs,
            Edition = transition.Tree.Edition,
        };
    }

    private static ApplyResult SetData(ZnodePath path, Znode node, ReadOnlyMemory<byte>? data,
        Precondition precondition, Transition transition)
    {
        if (!transition.IsPermitted(node, Permissions.Write))
        {
            return NotPermitted(Permissions.Write, path);
        }

        var dataBytes = data?.Length ?? 0;
        var growth = SubtreeSums.OfData(dataBytes - node.DataLength);
        if (TreeLimits.Judge(path, dataBytes, growth, transition) is { } refusal)
        {
            return refusal;
        }

        var error = precondition.Judge(node.Mzxid, node.Version);
        return error == ErrorCode.Ok
            ? new ApplyResult { Path = path.Value, Stat = transition.SetData(path, data, growth).Stat }
            : Unmet(error, path, node, transition);
    }
}
