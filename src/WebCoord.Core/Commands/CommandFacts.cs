namespace WebCoord.Core.Commands;

/// <summary>What is true of every command of a kind.</summary>
public static class CommandFacts
{
    /// <summary>Whether the command works on one node, and so may be in a transaction.</summary>
    public static bool IsNodeOperation(Command command) => command is Command.Create or Command.SetData or Command.Put
        or Command.SetAcl or Command.Check or Command.Delete or Command.DeleteRecursive;

    /// <summary>Bytes of path and data that a node operation brings: what limits a transaction.</summary>
    public static long ContentBytes(Command operation) => operation switch
    {
        Command.Create create => create.Path.Length + (create.Data?.Length ?? 0),
        Command.SetData set => set.Path.Length + (set.Data?.Length ?? 0),
        Command.Put put => put.Path.Length + (put.Data?.Length ?? 0),
        Command.SetAcl set => set.Path.Length,
        Command.Check check => check.Path.Length,
        Command.Delete delete => delete.Path.Length,
        Command.DeleteRecursive delete => delete.Path.Length,
        _ => 0,
    };
}
