using WebCoord.Core;
using WebCoord.Core.Commands;

namespace WebCoord.Server.Pipeline;

/// <summary>A request on its way through the log, for the one who waits for its result.</summary>
internal abstract class PendingRequest(Request request)
{
    public Request Request => request;

    /// <summary>Its encoded size; the Sequencer measures it.</summary>
    public int Bytes { get; set; }

    /// <summary>
    /// Takes the result. Called once: by the Applier, AFTER the state with the effect is published and in the order of
    /// zxids, or with a refusal by whoever refused. It must not block, wait, send or run a client's code.
    /// </summary>
    public abstract void Complete(ApplyResult result);

    /// <summary>Called after a whole batch has its results: now send what was completed, many replies at once.
    /// </summary>
    public virtual void Wake()
    {
    }
}
