namespace WebCoord.Server.Tests.Wire.Differential;

/// <summary>
/// One request of a sequence, as it goes to both servers. Its paths are under <c>~</c>, which stands for the subtree
/// that a run of the sequence has for itself.
/// </summary>
/// <param name="Type">The number of the operation.</param>
/// <param name="Text">What a failure shows of it.</param>
/// <param name="Body">Writes the body; what a server has told of itself, such as a zxid, differs per server.</param>
internal sealed record PlannedRequest(int Type, string Text, Func<Scope, byte[]> Body)
{
    /// <summary>One of the special xids; otherwise the connection's next.</summary>
    public int? Xid { get; init; }

    /// <summary>Whether the connection should end after it.</summary>
    public bool Closes { get; init; }

    /// <summary>The path that it is about, with <c>~</c>, where it is about one.</summary>
    public string? Path { get; init; }

    /// <summary>The flags of a create; otherwise 0.</summary>
    public int Flags { get; init; }

    /// <summary>Whether it arms a watch, if it succeeds.</summary>
    public bool Watches { get; init; }

    /// <summary>The ACL that it sets, where it sets one.</summary>
    public IReadOnlyList<WireAcl>? Acl { get; init; }

    /// <summary>The operations within a multi or multiRead.</summary>
    public IReadOnlyList<PlannedRequest> Parts { get; init; } = [];

    /// <summary>This operation and those within it.</summary>
    public IEnumerable<PlannedRequest> All => Parts.Prepend(this);

    public override string ToString() => Text;
}
