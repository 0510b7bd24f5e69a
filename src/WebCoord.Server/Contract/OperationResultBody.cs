using WebCoord.Core;

namespace WebCoord.Server.Contract;

/// <summary>What became of one operation of a transaction.</summary>
internal sealed record OperationResultBody
{
    public required OperationKind Op { get; init; }

    /// <summary>The node; of a sequential create that succeeded with its suffix.</summary>
    public required string Path { get; init; }

    /// <summary><c>ok</c>; in a failed transaction <c>rolled-back</c>, the code of the failure, or <c>not-tried</c>.
    /// </summary>
    public required string Code { get; init; }

    /// <summary>A sentence about the failure.</summary>
    public string? Detail { get; init; }

    /// <summary>The tag of the node's data after the operation; of the ACL for setAcl; none after delete.</summary>
    public string? Etag { get; init; }

    /// <summary>The node after the operation, as the whole transaction goes on changing it.</summary>
    public StatBody? Stat { get; init; }

    /// <summary>For put: whether the node did not exist before.</summary>
    public bool? Created { get; init; }

    /// <summary>The results of a transaction, one per operation, whether it succeeded or not. Empty if it was refused
    /// before it was judged.</summary>
    public static IReadOnlyList<OperationResultBody> From(TransactionBody body, ApplyResult result)
    {
        var operations = body.Operations ?? [];
        return result.Operations.Length != operations.Count
            ? []
            : [.. operations.Zip(result.Operations, (operation, one) => From(operation, one, result.Succeeded))];
    }

    private static OperationResultBody From(OperationBody operation, ApplyResult result, bool committed)
    {
        var op = operation.Op ?? throw new InvalidOperationException("a validated operation has its op");
        var failed = new OperationResultBody
        {
            Op = op,
            Path = result.Path ?? operation.Path ?? "",
            Code = CodeOf(result.Error, committed),
            Detail = result.Detail,
        };
        return !committed || result.Stat is not { } stat || op == OperationKind.Delete
            ? failed
            : failed with
            {
                Etag = EntityTag.Of(op == OperationKind.SetAcl ? TagView.Acl : TagView.Data, stat).ToString(),
                Stat = StatBody.From(stat),
                Created = op == OperationKind.Put ? result.Created : null,
            };
    }

    private static string CodeOf(ErrorCode error, bool committed) => error switch
    {
        ErrorCode.Ok => committed ? "ok" : "rolled-back",
        ErrorCode.RuntimeInconsistency => "not-tried",
        _ => ProblemCatalog.Of(error).Code,
    };
}

/// <summary>A transaction that was done.</summary>
internal sealed record TransactionResultBody
{
    /// <summary>The one zxid of all its changes, decimal.</summary>
    public required string Zxid { get; init; }

    /// <summary>One result per operation, in order.</summary>
    public required IReadOnlyList<OperationResultBody> Results { get; init; }

    public static TransactionResultBody From(TransactionBody body, ApplyResult result) =>
        new() { Zxid = result.Zxid.ToString(), Results = OperationResultBody.From(body, result) };
}
