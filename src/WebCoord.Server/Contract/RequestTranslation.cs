using FluentValidation;
using WebCoord.Core.Commands;
using WebCoord.Core.Tree;

namespace WebCoord.Server.Contract;

/// <summary>Turns bodies into commands, for REST and the hub alike. Only the form is judged here; what depends on the
/// state is judged at apply.</summary>
internal static class RequestTranslation
{
    private static readonly AclEntryValidator Entries = new();
    private static readonly PutNodeValidator PutNode = new();
    private static readonly CreateNodeValidator CreateNode = new(Entries);
    private static readonly PutAclValidator PutAcl = new(Entries);
    private static readonly TransactionValidator TransactionRules = new(Entries);

    /// <summary>A strict create.</summary>
    /// <param name="path">May end in '/' for the sequential modes.</param>
    public static Translation Create(string path, CreateNodeBody body)
    {
        var mode = body.Mode ?? CreateMode.Persistent;
        return PathProblem(path, mode) is { } problem
            ? Translation.Refused("path", problem)
            : Validated(CreateNode, body, () => new Command.Create(path, DataOf(body.Data, body.Encoding), mode,
                AclOf(body.Acl), body.TtlMs ?? 0, body.CreateParents ?? false));
    }

    /// <summary>Set, or create when absent.</summary>
    public static Translation Put(string path, PutNodeBody body, Precondition precondition, bool createParents) =>
        PathProblem(path) is { } problem
            ? Translation.Refused("path", problem)
            : Validated(PutNode, body,
                () => new Command.Put(path, DataOf(body.Data, body.Encoding), precondition, createParents));

    public static Translation Delete(string path, Precondition precondition, bool recursive)
    {
        if (PathProblem(path) is { } problem)
        {
            return Translation.Refused("path", problem);
        }

        return Translation.To(recursive
            ? new Command.DeleteRecursive(path, precondition)
            : new Command.Delete(path, precondition));
    }

    public static Translation SetAcl(string path, PutAclBody body, Precondition precondition) =>
        PathProblem(path) is { } problem
            ? Translation.Refused("path", problem)
            : Validated(PutAcl, body, () => new Command.SetAcl(path, AclOf(body.Acl), precondition));

    public static Translation Transaction(TransactionBody body) => Validated(TransactionRules, body,
        () => new Command.Multi([.. body.Operations!.Select(ToCommand)]));

    private static Translation Validated<T>(IValidator<T> validator, T body, Func<Command> command)
    {
        var validation = validator.Validate(body);
        return validation.IsValid ? Translation.To(command()) : Translation.Refused(validation);
    }

    private static Command ToCommand(OperationBody body)
    {
        var path = body.Path!;
        var data = DataOf(body.Data, body.Encoding);
        var view = body.Op == OperationKind.SetAcl ? TagView.Acl : TagView.Data;
        var precondition = OperationCondition.From(body.Version, body.Etag, view);
        return body.Op switch
        {
            OperationKind.Create => new Command.Create(path, data, body.Mode ?? CreateMode.Persistent, AclOf(body.Acl),
                body.TtlMs ?? 0, body.CreateParents ?? false),
            OperationKind.Set => new Command.SetData(path, data, precondition),
            OperationKind.Put => new Command.Put(path, data, precondition, body.CreateParents ?? false),
            OperationKind.Delete => new Command.Delete(path, precondition),
            OperationKind.SetAcl => new Command.SetAcl(path, AclOf(body.Acl), precondition),
            _ => new Command.Check(path, precondition),
        };
    }

    /// <summary>What is wrong with a path; null when nothing is. A sequential node's suffix follows a slash at the end.
    /// </summary>
    private static string? PathProblem(string path, CreateMode mode = CreateMode.Persistent)
    {
        var suffixed = mode.IsSequential() && path.EndsWith('/') ? path + "0" : path;
        return ZnodePath.TryParse(suffixed, out _, out var problem) ? null : problem;
    }

    private static ReadOnlyMemory<byte>? DataOf(string? data, DataEncoding? encoding)
    {
        DataText.TryRead(data, encoding ?? DataEncoding.Utf8, out var bytes, out _);
        return bytes;
    }

    private static Acl AclOf(IReadOnlyList<AclEntryBody>? entries) =>
        entries is null ? Acl.Open : new Acl([.. entries.Select(entry => entry.ToEntry())]);
}
