using FluentValidation;

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
        RuleForEach(body => body.Acl).NotNull().WithMessage("is null").SetValidator(entries);
    }
}
