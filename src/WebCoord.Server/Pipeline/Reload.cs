using WebCoord.Core;

namespace WebCoord.Server.Pipeline;

/// <summary>A state that is made beside the one that is served, to be put in its place.</summary>
/// <param name="served">The state that is served.</param>
/// <param name="snapshot">Where it begins; null for the very beginning.</param>
internal sealed class Reload(CoordinationState served, CoordinationState? snapshot)
{
    private readonly StateMachine _machine = new(snapshot ?? CoordinationState.Initial);
    private readonly List<AppliedEntry> _own = [];
    private CoordinationState? _bend;

    public CoordinationState State => _machine.State;

    /// <summary>The last state before the epochs that the served one knows nothing of, as far as the snapshot allows:
    /// the log went back to that, or to one before it.</summary>
    public CoordinationState Bend => _bend ?? State;

    /// <summary>The entries of this process, with what became of their requests.</summary>
    public IReadOnlyList<AppliedEntry> Own => _own;

    public void Apply(LogEntry entry, bool isOwn)
    {
        if (entry.FirstZxid.Epoch > served.LastZxid.Epoch)
        {
            _bend ??= State;
        }

        var results = _machine.Apply(entry);
        if (isOwn)
        {
            _own.Add(new AppliedEntry(entry, results));
        }
    }
}
