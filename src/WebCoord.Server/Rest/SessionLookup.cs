using WebCoord.Core;
using WebCoord.Core.Sessions;
using WebCoord.Server.Contract;
using WebCoord.Server.Pipeline;

namespace WebCoord.Server.Rest;

/// <summary>A session, or why there is none.</summary>
/// <param name="State">What it was judged by.</param>
internal readonly record struct FoundSession(Session? Session, CoordinationState State, ProblemBody? Problem);

/// <summary>Finds sessions. One that this instance does not know may have been opened on another a moment ago, so it is
/// called gone only when all that is in the log has been looked at.</summary>
internal sealed class SessionLookup(ReadGate gate)
{
    public async ValueTask<FoundSession> FindAsync(SessionId id, CoordinationState state,
        CancellationToken cancellationToken)
    {
        if (state.Sessions.Find(id) is { } session)
        {
            return new FoundSession(session, state, null);
        }

        var view = await gate.ReadAsync(default, cancellationToken);
        if (view.Error != ErrorCode.Ok)
        {
            return new FoundSession(null, view.State, Problems.Of(view.Error, view.Detail));
        }

        session = view.State.Sessions.Find(id);
        return new FoundSession(session, view.State,
            session is null ? Problems.SessionExpired(id, view.State) : null);
    }
}
