using System.Diagnostics.CodeAnalysis;
using WebCoord.Core.Commands;

namespace WebCoord.Core.Tree;

/// <summary>What the commands that delete nodes do. The order of the checks is that of zookeeper-protocol section 5.2.
/// </summary>
internal static class DeleteCommands
{
    public static ApplyResult Delete(Command.Delete command, Transition transition)
    {
        if (Judge(command.Path, command.Precondition, transition, out var path, out var node) is { } refusal)
        {
            return refusal;
        }

        if (node.Children.Count > 0)
        {
            return ApplyResult.Refused(ErrorCode.NotEmpty,
                $"{path} has {node.Children.Count} children; delete them first, or delete recursively.") with
            { Path = path.Value };
        }

        transition.Remove(path, node, ChangeCause.Write);
        return new ApplyResult { Path = path.Value };
    }

    public static ApplyResult DeleteRecursive(Command.DeleteRecursive command, Transition transition)
    {
        if (Judge(command.Path, command.Precondition, transition, out var path, out var node) is { } refusal)
        {
            return refusal;
        }

        var most = transition.Settings.MaxRecursiveDelete;
        if (node.Subtree.Nodes > most)
        {
            return ApplyResult.Refused(ErrorCode.TooLarge,
                $"{path} has {node.Subtree.Nodes} nodes; MaxRecursiveDelete allows {most} at once. Delete parts of it "
                + "first.") with
            { Path = path.Value };
        }

        var subtree = DataTree.Walk(path, node).ToList();
        foreach (var (parentPath, parent) in subtree)
        {
            if (parent.Children.Count > 0 && !transition.IsPermitted(parent, Permissions.Delete))
            {
                return NotPermitted(parentPath);
            }
        }

        foreach (var doomed in subtree.Select(entry => entry.Path).DeepestFirst())
        {
            transition.Remove(doomed, transition.Tree.Find(doomed)!, ChangeCause.RecursiveDelete);
        }

        return new ApplyResult { Path = path.Value };
    }

    /// <summary>Section 10.3 and 10.4; TTLs go by the log clock. A proposal that is no longer right does nothing.
    /// </summary>
    public static ApplyResult Reap(Command.Reap command, Transition transition)
    {
        if (ZnodePath.TryParse(command.Path, out var path, out _) && transition.Tree.Find(path) is { } node
            && node.IsReapable(transition.LogClockMs, transition.Settings))
        {
            transition.Remove(path, node, node.Kind == NodeKind.Ttl ? ChangeCause.Ttl : ChangeCause.Container);
        }

        return new ApplyResult { Path = command.Path };
    }

    private static ApplyResult? Judge(string text, Precondition precondition, Transition transition, out ZnodePath path,
        [NotNull] out Znode? node)
    {
        node = transition.Tree.Root;
        if (!ZnodePath.TryParse(text, out path, out var problem))
        {
            var refused = ApplyResult.Refused(ErrorCode.BadArguments, $"The path is not valid: {problem}.");
            return refused with { Path = text };
        }

        if (SystemPaths.Contains(path.Value))
        {
            return ApplyResult.Refused(ErrorCode.BadArguments, $"{path} always exists and cannot be deleted.") with
            { Path = text };
        }

        if (transition.Tree.Find(path.ParentSpan) is not { } parent)
        {
            return NodeCommands.Missing(path.Parent, precondition);
        }

        if (!transition.IsPermitted(parent, Permissions.Delete))
        {
            return NotPermitted(path.Parent);
        }

        if (parent.Children.Find(path.NameSpan) is not { } found)
        {
            return NodeCommands.Missing(path, precondition);
        }

        node = found;
        var error = precondition.Judge(found.Mzxid, found.Version);
        return error == ErrorCode.Ok ? null : NodeCommands.Unmet(error, path, found, transition);
    }

    private static ApplyResult NotPermitted(ZnodePath parent) =>
        NodeCommands.NotPermitted(Permissions.Delete, parent);
}
