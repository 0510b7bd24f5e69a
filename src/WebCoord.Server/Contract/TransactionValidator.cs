using FluentValidation;
using WebCoord.Core.Commands;

namespace WebCoord.Server.Contract;

/// <summary>The form of a transaction.</summary>
internal sealed class TransactionValidator : AbstractValidator<TransactionBody>
{
    public TransactionValidator(AclEntryValidator entries)
    {
        // A list that is too long is not looked at any further.
        ClassLevelCascadeMode = CascadeMode.Stop;
        RuleFor<IEnumerable<OperationBody>?>(body => body.Operations)
            .NotNull().WithMessage("is missing; list the operations")
            .MustHaveAtMost(CommandFacts.MaxOperations, "operations");
        RuleForEach(body => body.Operations).NotNull().WithMessage("is null")
            .SetValidator(new OperationValidator(entries));
    }
}

/// <summary>The form of one operation: a field that its op makes no use of is refused, because whoever sent it expected
/// an effect.</summary>
internal sealed class OperationValidator : AbstractValidator<OperationBody>
{
    public OperationValidator(AclEntryValidator entries)
    {
        RuleFor(body => body.Op).NotNull()
            .WithMessage($"is missing; use one of {EnumNameConverter<OperationKind>.Names}");
        RuleFor(body => body.Path).NotNull().WithMessage("is missing");
        RuleFor(body => body.Data).MustBeEncoded(body => body.Encoding);
        RuleFor(body => body.TtlMs).MustSuit(body => body.Mode);
        RuleFor(body => body.Etag).Custom(JudgeEtag);
        RuleFor(body => body.Acl).NotNull().When(body => body.Op == OperationKind.SetAcl)
            .WithMessage("is missing; list the entries of the ACL");
        this.RuleForAcl(body => body.Acl, entries);
        RuleFor(body => body).Custom(JudgeFields);
    }

    private static void JudgeEtag(string? etag, ValidationContext<OperationBody> context)
    {
        if (etag is null)
        {
            return;
        }

        if (context.InstanceToValidate.Version is not null)
        {
            context.AddFailure("goes not together with version; give one of them");
        }
        else if (!OperationCondition.TryRead(etag, out _))
        {
            context.AddFailure("is not a tag that this service gives out; copy it with its quotes, or use \"*\"");
        }
    }

    private static void JudgeFields(OperationBody body, ValidationContext<OperationBody> context)
    {
        var op = body.Op;
        Only(body.Version is not null, "version", op is not OperationKind.Create);
        Only(body.Etag is not null, "etag", op is not OperationKind.Create);
        var takesData = op is OperationKind.Create or OperationKind.Set or OperationKind.Put;
        Only(body.Data is not null, "data", takesData);
        Only(body.Encoding is not null, "encoding", takesData);
        Only(body.Mode is not null, "mode", op is OperationKind.Create);
        Only(body.TtlMs is not null, "ttlMs", op is OperationKind.Create);
        Only(body.Acl is not null, "acl", op is OperationKind.Create or OperationKind.SetAcl);
        Only(body.CreateParents is not null, "createParents", op is OperationKind.Create or OperationKind.Put);

        void Only(bool given, string field, bool allowed)
        {
            if (given && !allowed && op is { } kind)
            {
                context.AddFailure(field, $"does not go with op {EnumNameConverter<OperationKind>.NameOf(kind)}");
            }
        }
    }
}
