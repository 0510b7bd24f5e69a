using FluentValidation;
using WebCoord.Core;

namespace WebCoord.Server.Contract;

/// <summary>The limits and rules that decide results, the same on every instance.</summary>
internal sealed record SettingsBody
{
    /// <summary>The unit of session bookkeeping, ms; 10 to 60000.</summary>
    public int? TickMs { get; init; }

    /// <summary>The shortest session timeout, ms; at least 4 ticks.</summary>
    public int? MinTimeoutMs { get; init; }

    /// <summary>The longest session timeout, ms.</summary>
    public int? MaxTimeoutMs { get; init; }

    /// <summary>Most bytes of data in one node.</summary>
    public int? MaxDataBytes { get; init; }

    /// <summary>Most bytes of data and paths in one transaction.</summary>
    public int? MaxTransactionBytes { get; init; }

    /// <summary>Most nodes in the tree.</summary>
    public long? MaxNodes { get; init; }

    /// <summary>Most bytes of data in the tree.</summary>
    public long? MaxBytes { get; init; }

    /// <summary>Most nodes that one recursive delete may take.</summary>
    public int? MaxRecursiveDelete { get; init; }

    /// <summary>Whether the hard limits of quotas are enforced.</summary>
    public bool? EnforceQuota { get; init; }

    /// <summary>How long a container that never had a child may live, ms; 0 for ever.</summary>
    public long? ContainerNeverUsedMs { get; init; }

    public static SettingsBody From(Settings settings) => new()
    {
        TickMs = settings.TickMs,
        MinTimeoutMs = settings.MinTimeoutMs,
        MaxTimeoutMs = settings.MaxTimeoutMs,
        MaxDataBytes = settings.MaxDataBytes,
        MaxTransactionBytes = settings.MaxTransactionBytes,
        MaxNodes = settings.MaxNodes,
        MaxBytes = settings.MaxBytes,
        MaxRecursiveDelete = settings.MaxRecursiveDelete,
        EnforceQuota = settings.EnforceQuota,
        ContainerNeverUsedMs = settings.ContainerNeverUsedMs,
    };

    /// <summary>The settings that a complete body stands for.</summary>
    public Settings ToSettings() => new()
    {
        TickMs = TickMs!.Value,
        MinTimeoutMs = MinTimeoutMs!.Value,
        MaxTimeoutMs = MaxTimeoutMs!.Value,
        MaxDataBytes = MaxDataBytes!.Value,
        MaxTransactionBytes = MaxTransactionBytes!.Value,
        MaxNodes = MaxNodes!.Value,
        MaxBytes = MaxBytes!.Value,
        MaxRecursiveDelete = MaxRecursiveDelete!.Value,
        EnforceQuota = EnforceQuota!.Value,
        ContainerNeverUsedMs = ContainerNeverUsedMs!.Value,
    };
}

/// <summary>The form of settings to put: all of them, because a PUT replaces.</summary>
internal sealed class SettingsValidator : AbstractValidator<SettingsBody>
{
    private const string Missing = "is missing; a PUT replaces all settings, so read them first and send them all";

    public SettingsValidator()
    {
        RuleFor(body => body.TickMs).NotNull().WithMessage(Missing);
        RuleFor(body => body.MinTimeoutMs).NotNull().WithMessage(Missing);
        RuleFor(body => body.MaxTimeoutMs).NotNull().WithMessage(Missing);
        RuleFor(body => body.MaxDataBytes).NotNull().WithMessage(Missing);
        RuleFor(body => body.MaxTransactionBytes).NotNull().WithMessage(Missing);
        RuleFor(body => body.MaxNodes).NotNull().WithMessage(Missing);
        RuleFor(body => body.MaxBytes).NotNull().WithMessage(Missing);
        RuleFor(body => body.MaxRecursiveDelete).NotNull().WithMessage(Missing);
        RuleFor(body => body.EnforceQuota).NotNull().WithMessage(Missing);
        RuleFor(body => body.ContainerNeverUsedMs).NotNull().WithMessage(Missing);
    }
}
