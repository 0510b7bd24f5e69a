namespace WebCoord.Core.Commands;

/// <summary>What is true of every command of a kind.</summary>
public static class CommandFacts
{
    /// <summary>Most operations in one transaction.</summary>
    public const int MaxOperations = 10_000;

    /// <summary>Whether the command works on one node, and so may be in a transaction.</summary>
    public static bool IsNodeOperation(Command command) => command is Command.Create or Command.SetData or Command.Put
        or Command.SetAcl or Command.Check or Command.Delete or Command.DeleteRecursive;

    /// <summary>Bytes of path, data and ACL that an operation brings: what limits a transaction.</summary>
    public static long ContentBytes(Command operation) => operation switch
    {
        Command.Create create => create.Path.Length + (create.Data?.Length ?? 0) + create.Acl.Weight,
        Command.SetData set => set.Path.Length + (set.Data?.Length ?? 0),
        Command.Put put => put.Path.Length + (put.Data?.Length ?? 0),
        Command.SetAcl set => set.Path.Length + set.Acl.Weight,
        Command.Check check => check.Path.Length,
        Command.Delete delete => delete.Path.Length,
        Command.DeleteRecursive delete => delete.Path.Length,
        _ => 0,
    };
}
