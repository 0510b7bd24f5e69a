namespace WebCoord.Server.Tests.Wire.Differential;

/// <summary>What two servers did not do alike.</summary>
/// <param name="Field">The field that differs, or <c>messages</c> where the kind or number of messages does.</param>
/// <param name="Left">ZooKeeper's message.</param>
/// <param name="Right">The other server's message.</param>
/// <param name="Reason">Why the two are not equal.</param>
internal sealed record Disagreement(string Field, Observed? Left, Observed? Right, string Reason)
{
    public PlannedRequest? Request => Left?.Request ?? Right?.Request;

    public int Type => Request?.Type ?? 0;

    public string? LeftValue => Left?[Field];

    public string? RightValue => Right?[Field];

    /// <summary>The operation of a multi that the field belongs to, where it belongs to one.</summary>
    public PlannedRequest? Part
    {
        get
        {
            var words = Field.Split(' ');
            return words is ["result", var number, ..] && int.TryParse(number, out var index)
                && index < Request?.Parts.Count
                ? Request.Parts[index]
                : null;
        }
    }

    public override string ToString() => $"""
        {Field}: {Reason}
          ZooKeeper: {Left?.ToString() ?? "nothing"}
          other:     {Right?.ToString() ?? "nothing"}
        """;
}
