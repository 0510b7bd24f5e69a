using System.Collections.Concurrent;

namespace WebCoord.Scaleout.Tests.Checking;

/// <summary>All calls on a few registers. Safe for use by many threads.</summary>
internal sealed class RegisterHistory(int registers)
{
    private readonly ConcurrentQueue<(string Register, RegisterOperation Operation)> _operations = [];

    public IReadOnlyList<string> Registers { get; } =
        [.. Enumerable.Range(0, registers).Select(number => $"register-{number}")];

    public int Count => _operations.Count;

    public int CountUnknown => _operations.Count(entry => entry.Operation.Outcome == RegisterOutcome.Unknown);

    public void Add(string register, RegisterOperation operation) => _operations.Enqueue((register, operation));

    /// <summary>The registers whose calls fit no order.</summary>
    public IReadOnlyList<string> FindViolations() => FindViolations(long.MinValue, long.MaxValue, RegisterState.Empty);

    /// <summary>The same for a part of the time, for when the service announced that it lost something: of a call that
    /// was under way at its begin or end nobody knows on which side it took effect, if at all.</summary>
    public IReadOnlyList<string> FindViolations(long begin, long end, RegisterState initial) =>
    [
        .. from entry in _operations
           where entry.Operation.End >= begin && entry.Operation.Begin < end
           let isWithin = entry.Operation.Begin >= begin && entry.Operation.End < end
           where isWithin || entry.Operation.Outcome != RegisterOutcome.Refused
           let operation = entry.Operation with
           {
               Outcome = isWithin ? entry.Operation.Outcome : RegisterOutcome.Unknown,
           }
           group operation by entry.Register into history
           let violation = LinearizabilityChecker.FindViolation(history, initial)
           where violation is not null
           select $"{history.Key}: {violation}",
    ];
}
