using System.Collections;

namespace WebCoord.Scaleout.Tests.Checking;

/// <summary>
/// Looks for an order of the calls on one register in which each took effect at one moment between its begin and its
/// end, and every answer fits: the search of Wing and Gong, which takes any call that may come next and goes back when
/// it is stuck. As Lowe has it, a place that was met before, the same calls behind it and the same value in the
/// register, is not gone on from again.
/// </summary>
internal static class LinearizabilityChecker
{
    /// <summary>More places than any history of these tests leads to; a search that meets more is given up, loudly.
    /// </summary>
    private const int MaxPlaces = 2_000_000;

    /// <summary>Null if there is such an order; else what stands in its way.</summary>
    public static string? FindViolation(IEnumerable<RegisterOperation> history, RegisterState initial)
    {
        // Of an unknown outcome nobody waits for the answer: a read of that kind says nothing.
        var operations = history
            .Where(operation => operation is not { Call: RegisterCall.Read, Outcome: RegisterOutcome.Unknown })
            .OrderBy(operation => operation.Begin)
            .ToArray();
        return new Search(operations).Run(initial);
    }

    /// <summary>A place in the search: what has taken effect, and what the register then holds.</summary>
    private sealed class Place(BitArray done, int count, int firstOpen, RegisterState state) : IEquatable<Place>
    {
        private readonly int _hash = HashOf(done, state);

        public BitArray Done => done;

        /// <summary>How many operations have taken effect.</summary>
        public int Count => count;

        /// <summary>All operations before this one have taken effect.</summary>
        public int FirstOpen => firstOpen;

        public RegisterState State => state;

        public bool Equals(Place? other) => other is not null && _hash == other._hash && state == other.State
            && !new BitArray(done).Xor(other.Done).HasAnySet();

        public override bool Equals(object? obj) => Equals(obj as Place);

        public override int GetHashCode() => _hash;

        /// <summary>The place after one more operation.</summary>
        public Place After(int operation, RegisterState next)
        {
            var after = new BitArray(done) { [operation] = true };
            var open = firstOpen;
            while (open < after.Length && after[open])
            {
                open++;
            }

            return new Place(after, count + 1, open, next);
        }

        private static int HashOf(BitArray done, RegisterState state)
        {
            var words = new int[(done.Length + 31) / 32];
            done.CopyTo(words, 0);
            var hash = new HashCode();
            hash.Add(state);
            foreach (var word in words)
            {
                hash.Add(word);
            }

            return hash.ToHashCode();
        }
    }

    private sealed class Search(RegisterOperation[] operations)
    {
        private readonly HashSet<Place> _met = [];
        private Place? _farthest;

        public string? Run(RegisterState initial)
        {
            var open = new Stack<Place>();
            open.Push(new Place(new BitArray(operations.Length), 0, 0, initial));
            while (open.TryPop(out var place))
            {
                if (!_met.Add(place))
                {
                    continue;
                }

                if (_met.Count > MaxPlaces)
                {
                    throw new InvalidOperationException($"No order was found in {MaxPlaces} places; record less.");
                }

                var candidates = CandidatesAt(place, out var isComplete);
                if (isComplete)
                {
                    return null;
                }

                _farthest = place.Count > (_farthest?.Count ?? -1) ? place : _farthest;
                foreach (var index in candidates)
                {
                    if (operations[index].TryApply(place.State, out var next))
                    {
                        open.Push(place.After(index, next));
                    }
                }
            }

            return Describe();
        }

        /// <summary>The operations that began before every open one had to end, the most urgent one last, for that is
        /// tried first. Complete is a place where nothing is open but unknown outcomes.</summary>
        private List<int> CandidatesAt(Place place, out bool isComplete)
        {
            List<int> candidates = [];
            var deadline = long.MaxValue;
            isComplete = true;
            for (var index = place.FirstOpen; index < operations.Length; index++)
            {
                if (operations[index].Begin > deadline)
                {
                    break;
                }

                if (!place.Done[index])
                {
                    candidates.Add(index);
                    deadline = Math.Min(deadline, operations[index].Deadline);
                }
            }

            isComplete = deadline == long.MaxValue;
            candidates.Sort((one, other) => operations[other].Deadline.CompareTo(operations[one].Deadline));
            return candidates;
        }

        private string Describe()
        {
            var next = CandidatesAt(_farthest!, out _).Select(index => $"  {operations[index]}");
            return $"No order fits. Farthest: {_farthest!.Count} of {operations.Length}, with {_farthest!.State}, and "
                + $"none of these can come next:\n{string.Join('\n', next)}";
        }
    }
}
