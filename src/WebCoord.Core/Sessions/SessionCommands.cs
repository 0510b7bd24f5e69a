using System.Globalization;
using WebCoord.Core.Commands;
using WebCoord.Core.Tree;

namespace WebCoord.Core.Sessions;

/// <summary>What the commands about sessions do.</summary>
internal static class SessionCommands
{
    /// <summary>Bytes of a session's key; ZooKeeper clients cannot do with another number.</summary>
    private const int KeyBytes = 16;

    /// <summary>Whether the request's own session stands in its way; null if not.</summary>
    public static ApplyResult? Judge(Transition transition)
    {
        var request = transition.Request;
        if (request.Session == SessionId.None)
        {
            return null;
        }

        if (transition.FindSession(request.Session) is not { } session)
        {
            return Gone(request.Session, transition);
        }

        return request.Owner != default && request.Owner != session.Owner
            ? ApplyResult.Refused(ErrorCode.SessionMoved, $"Session {session.Id} is served by another connection now.")
            : null;
    }

    public static ApplyResult Create(Command.CreateSession command, Transition transition)
    {
        if (command.Key.Length != KeyBytes)
        {
            return ApplyResult.Refused(ErrorCode.BadArguments, $"A session's key has {KeyBytes} bytes.");
        }

        var session = new Session
        {
            Id = SessionId.From(transition.Zxid),
            Key = command.Key,
            TimeoutMs = Clamp(command.TimeoutMs, transition.Settings),
            LastTouchMs = transition.LogClockMs,
            Owner = command.Owner,
        };
        transition.Sessions = transition.Sessions.Set(session);
        return new ApplyResult { Session = session };
    }

    public static ApplyResult Attach(Command.AttachSession command, Transition transition)
    {
        if (transition.Sessions.Find(command.Session) is not { } session)
        {
            return Gone(command.Session, transition);
        }

        if (!command.Key.Span.SequenceEqual(session.Key.Span))
        {
            return ApplyResult.Refused(ErrorCode.AuthFailed, $"The token is not that of session {session.Id}.");
        }

        var attached = session with
        {
            Owner = command.Owner,
            TimeoutMs = command.TimeoutMs == 0 ? session.TimeoutMs : Clamp(command.TimeoutMs, transition.Settings),
            LastTouchMs = transition.LogClockMs,
        };
        transition.Sessions = transition.Sessions.Set(attached);
        return new ApplyResult { Session = attached };
    }

    public static ApplyResult Touch(Command.TouchSessions command, Transition transition)
    {
        var touched = command.Sessions
            .Select(transition.Sessions.Find)
            .OfType<Session>()
            .Select(session => session with { LastTouchMs = transition.LogClockMs });
        transition.Sessions = transition.Sessions.SetAll(touched);
        return new ApplyResult();
    }

    public static ApplyResult Close(Command.CloseSession command, Transition transition)
    {
        if (transition.Sessions.Find(command.Session) is not { } session)
        {
            return Gone(command.Session, transition);
        }

        End([session], SessionEndReason.Closed, transition);
        return new ApplyResult();
    }

    public static ApplyResult Expire(Command.ExpireSession command, Transition transition)
    {
        if (transition.Sessions.Find(command.Session) is not { } session)
        {
            return Gone(command.Session, transition);
        }

        if (session.LastTouchMs != command.LastTouchMs || !session.IsOverdue(transition.LogClockMs))
        {
            return ApplyResult.Refused(ErrorCode.BadVersion, $"Session {session.Id} was heard of in the meantime.");
        }

        End([session], SessionEndReason.Expired, transition);
        return new ApplyResult();
    }

    /// <summary>Many sessions under the one zxid: those who watch see the loss as one change.</summary>
    public static ApplyResult EndMany(Command.EndSessions command, Transition transition)
    {
        if (transition.FeatureLevel < CoordinationState.RegressionLevel)
        {
            return ApplyResult.Refused(ErrorCode.Unimplemented, $"Ending many sessions at once needs feature level "
                + $"{CoordinationState.RegressionLevel}; the service is at {transition.FeatureLevel}.");
        }

        var sessions = command.Sessions.Distinct().Select(transition.Sessions.Find).OfType<Session>();
        End([.. sessions], command.Reason, transition);
        return new ApplyResult();
    }

    public static ApplyResult Resume(Transition transition)
    {
        transition.Sessions = Refresh(transition.Sessions, transition.LogClockMs);
        return new ApplyResult();
    }

    /// <summary>Starts all timeouts afresh.</summary>
    public static SessionTable Refresh(SessionTable sessions, long logClockMs) =>
        sessions.SetAll(sessions.Select(session => session with { LastTouchMs = logClockMs }));

    /// <summary>All ephemerals go under the one zxid, deepest first and in ordinal order.</summary>
    private static void End(ReadOnlySpan<Session> sessions, SessionEndReason reason, Transition transition)
    {
        var cause = reason == SessionEndReason.Closed ? ChangeCause.SessionClosed : ChangeCause.SessionExpired;
        var table = transition.Sessions;
        var ephemerals = new List<ZnodePath>();
        foreach (var session in sessions)
        {
            table = table.End(session.Id, new SessionEnd(reason, transition.TimestampMs));
            ephemerals.AddRange(session.Ephemerals.Select(ZnodePath.Parse));
        }

        transition.Sessions = table;
        foreach (var path in ephemerals.DeepestFirst())
        {
            transition.Remove(path, transition.Tree.Find(path)!, cause);
        }
    }

    private static ApplyResult Gone(SessionId id, Transition transition)
    {
        if (!transition.Sessions.Ended.TryGetValue(id, out var end))
        {
            return ApplyResult.Refused(ErrorCode.SessionExpired, $"There is no session {id}. Open a new one.");
        }

        var when = DateTimeOffset.FromUnixTimeMilliseconds(end.AtMs)
            .ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        var how = end.Reason switch
        {
            SessionEndReason.Closed => $"was closed at {when}",
            SessionEndReason.LogRegressed => $"was ended at {when}, because the log lost a part of what it did",
            _ => $"expired at {when}",
        };
        return ApplyResult.Refused(ErrorCode.SessionExpired, $"Session {id} {how}. Open a new one.");
    }

    private static int Clamp(int timeoutMs, Settings settings) =>
        Math.Clamp(timeoutMs, settings.MinTimeoutMs, settings.MaxTimeoutMs);
}
