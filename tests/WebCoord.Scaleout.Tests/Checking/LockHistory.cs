namespace WebCoord.Scaleout.Tests.Checking;

/// <summary>Who believed when that a lock was theirs: from the answer that said so until they let go of it, or were
/// told that nobody vouches for them any more. Safe for use by many threads.</summary>
internal sealed class LockHistory
{
    private sealed record Tenure(string Holder, long Begin, long End);

    private readonly Lock _lock = new();
    private readonly List<Tenure> _tenures = [];

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _tenures.Count;
            }
        }
    }

    public void Held(string holder, long begin, long end)
    {
        lock (_lock)
        {
            _tenures.Add(new Tenure(holder, begin, end));
        }
    }

    /// <summary>Moments at which two believed it.</summary>
    public IReadOnlyList<string> FindViolations()
    {
        lock (_lock)
        {
            var ordered = _tenures.OrderBy(tenure => tenure.Begin).ToArray();
            return
            [
                .. from tenure in ordered.Index()
                   from other in ordered[(tenure.Index + 1)..]
                   where other.Begin < tenure.Item.End
                   select $"{tenure.Item} overlaps {other}",
            ];
        }
    }
}
