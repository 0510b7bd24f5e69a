using WebCoord.Core;

namespace WebCoord.Server.SignalR;

/// <summary>The place of an answer among the events of its connection. Until it ends, nothing newer than its state is
/// sent.</summary>
/// <param name="state">What to answer from.</param>
/// <param name="era">How often the state had jumped when it began.</param>
/// <param name="mayBeStale">Whether it began without the Applier's lock: the state may have jumped between.</param>
internal sealed class AnswerTurn(OutgoingQueue queue, CoordinationState state, int era, bool mayBeStale)
{
    private readonly TaskCompletionSource _eventsSent = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public CoordinationState State { get; private set; } = state;

    public int Era => era;

    public bool MayBeStale => mayBeStale;

    /// <summary>Completes once every event that the state includes is sent, or the connection is closed.</summary>
    public Task Ready => _eventsSent.Task;

    public void EventsAreSent() => _eventsSent.TrySetResult();

    /// <summary>Answers from a newer state; before it is ready.</summary>
    public void Renew(CoordinationState newer) => State = newer;

    /// <summary>The answer is written, or there will be none.</summary>
    public void End() => queue.EndAnswer(this);
}
