using FluentValidation;
using WebCoord.Core.Tree;

namespace WebCoord.Server.Contract;

/// <summary>The form of data to put.</summary>
internal sealed class PutNodeValidator : AbstractValidator<PutNodeBody>
{
    public PutNodeValidator() => RuleFor(body => body.Data).MustBeEncoded(body => body.Encoding);
}

/// <summary>The form of a node to create.</summary>
internal sealed class CreateNodeValidator : AbstractValidator<CreateNodeBody>
{
    public CreateNodeValidator(AclEntryValidator entries)
    {
        RuleFor(body => body.Data).MustBeEncoded(body => body.Encoding);
        RuleFor(body => body.TtlMs).MustSuit(body => body.Mode);
        this.RuleForAcl(body => body.Acl, entries);
    }
}

/// <summary>Rules that a request body and an operation of a transaction share.</summary>
internal static class NodeRules
{
    /// <summary>The longest TTL, 40 bits of milliseconds (zookeeper-protocol section 5.3).</summary>
    private const long MaxTtlMs = 0xFF_FFFF_FFFF;

    public static void MustBeEncoded<T>(this IRuleBuilderInitial<T, string?> rule, Func<T, DataEncoding?> encoding) =>
        rule.Custom((data, context) =>
        {
            if (!DataText.TryRead(data, encoding(context.InstanceToValidate) ?? default, out _, out var problem))
            {
                context.AddFailure(problem);
            }
        });

    public static void MustSuit<T>(this IRuleBuilderInitial<T, long?> rule, Func<T, CreateMode?> mode) =>
        rule.Custom((ttlMs, context) =>
        {
            if (TtlProblem(mode(context.InstanceToValidate) ?? default, ttlMs) is { } problem)
            {
                context.AddFailure(problem);
            }
        });

    /// <summary>What is wrong with a TTL for a mode; null when nothing is.</summary>
    private static string? TtlProblem(CreateMode mode, long? ttlMs) => mode.Kind() == NodeKind.Ttl
        ? ttlMs is >= 1 and <= MaxTtlMs ? null : $"must be 1 to {MaxTtlMs} for the modes ttl and ttlSequential"
        : ttlMs is null ? null : "goes only with the modes ttl and ttlSequential";
}
