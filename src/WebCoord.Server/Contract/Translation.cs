using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using FluentValidation.Results;
using WebCoord.Core.Commands;

namespace WebCoord.Server.Contract;

/// <summary>What became of a body: a command, or what is wrong with which field.</summary>
internal sealed class Translation
{
    private Translation(Command? command, IReadOnlyDictionary<string, IReadOnlyList<string>>? errors)
    {
        Command = command;
        Errors = errors;
    }

    public Command? Command { get; }

    /// <summary>Sentences by field, such as <c>operations[2].path</c>.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Errors { get; }

    [MemberNotNullWhen(true, nameof(Command))]
    [MemberNotNullWhen(false, nameof(Errors))]
    public bool Succeeded => Command is not null;

    public static Translation To(Command command) => new(command, null);

    public static Translation Refused(string field, string problem) =>
        new(null, ImmutableSortedDictionary<string, IReadOnlyList<string>>.Empty.Add(field, [problem]));

    public static Translation Refused(ValidationResult validation) => new(null, validation.Errors
        .GroupBy(failure => CamelCase(failure.PropertyName), StringComparer.Ordinal)
        .ToImmutableSortedDictionary(
            group => group.Key,
            group => (IReadOnlyList<string>)[.. group.Select(failure => failure.ErrorMessage)],
            StringComparer.Ordinal));

    private static string CamelCase(string property) => string.Join('.', property.Split('.')
        .Select(part => part.Length == 0 ? part : char.ToLowerInvariant(part[0]) + part[1..]));
}
