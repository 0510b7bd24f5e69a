using System.Linq.Expressions;
using FluentValidation;
using WebCoord.Core.Tree;

namespace WebCoord.Server.Contract;

/// <summary>The form of an ACL entry. Whether its scheme exists and allows its id is judged at apply.</summary>
internal sealed class AclEntryValidator : AbstractValidator<AclEntryBody>
{
    public AclEntryValidator()
    {
        RuleFor(entry => entry).NotNull();
        RuleFor(entry => entry.Scheme).NotNull().WithMessage("is missing; use world, auth, digest, ip or x509");
        RuleFor(entry => entry.Id).NotNull().When(entry => entry.Scheme != "auth")
            .WithMessage("is missing; for the scheme world it is 'anyone'");
        RuleFor(entry => entry.Permissions).NotNull()
            .WithMessage($"is missing; list some of {EnumNameConverter<PermissionName>.Names}");
    }
}

/// <summary>The form of an ACL to set.</summary>
internal sealed class PutAclValidator : AbstractValidator<PutAclBody>
{
    public PutAclValidator(AclEntryValidator entries)
    {
        RuleFor(body => body.Acl).NotNull().WithMessage("is missing; list the entries of the ACL");
        this.RuleForAcl(body => body.Acl, entries);
    }
}

/// <summary>Rules for the lists in a body.</summary>
internal static class ListRules
{
    /// <summary>The form of an ACL that may be absent. One that is too long is not looked at any further.</summary>
    public static void RuleForAcl<T>(this AbstractValidator<T> validator,
        Expression<Func<T, IEnumerable<AclEntryBody>?>> acl, AclEntryValidator entries)
    {
        var read = acl.Compile();
        validator.RuleFor(acl).MustHaveAtMost(AclSchemes.MaxEntries, "entries");
        validator.When(body => read(body)?.Count() <= AclSchemes.MaxEntries, () =>
            validator.RuleForEach(acl).NotNull().WithMessage("is null").SetValidator(entries));
    }

    public static void MustHaveAtMost<T, TItem>(this IRuleBuilder<T, IEnumerable<TItem>?> rule, int most,
        string items) => rule.Must(list => list is null || list.Count() <= most)
        .WithMessage((_, list) => $"has {list!.Count()} {items}; the most is {most}");
}
