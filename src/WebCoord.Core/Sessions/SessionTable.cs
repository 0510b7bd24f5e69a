using System.Collections;
using System.Collections.Immutable;

namespace WebCoord.Core.Sessions;

/// <summary>The sessions that are alive, by id, and for a while those that ended. Immutable.</summary>
public sealed class SessionTable : IReadOnlyCollection<Session>
{
    /// <summary>How many ended sessions are remembered, so that a late client can be told what became of its own.
    /// </summary>
    public const int MaxEnded = 10_000;

    private readonly ImmutableSortedDictionary<SessionId, Session> _alive;

    private SessionTable(ImmutableSortedDictionary<SessionId, Session> alive,
        ImmutableSortedDictionary<SessionId, SessionEnd> ended)
    {
        _alive = alive;
        Ended = ended;
    }

    public static SessionTable Empty { get; } = new(ImmutableSortedDictionary<SessionId, Session>.Empty,
        ImmutableSortedDictionary<SessionId, SessionEnd>.Empty);

    /// <summary>Sessions that ended, by id; of more than <see cref="MaxEnded"/> the lowest ids are forgotten.</summary>
    public ImmutableSortedDictionary<SessionId, SessionEnd> Ended { get; }

    public int Count => _alive.Count;

    public Session? Find(SessionId id) => _alive.GetValueOrDefault(id);

    /// <summary>Sessions alive, by id.</summary>
    public IEnumerator<Session> GetEnumerator() => _alive.Values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Adds the session, or replaces the one of the same id.</summary>
    public SessionTable Set(Session session) => new(_alive.SetItem(session.Id, session), Ended);

    /// <summary>Adds or replaces many at once.</summary>
    public SessionTable SetAll(IEnumerable<Session> sessions) =>
        new(_alive.SetItems(sessions.Select(session => KeyValuePair.Create(session.Id, session))), Ended);

    public SessionTable End(SessionId id, SessionEnd end) => new(_alive.Remove(id), Remember(id, end));

    /// <summary>Notes a session that ended earlier; used when a snapshot is read.</summary>
    internal SessionTable WithEnded(SessionId id, SessionEnd end) => new(_alive, Remember(id, end));

    private ImmutableSortedDictionary<SessionId, SessionEnd> Remember(SessionId id, SessionEnd end)
    {
        var ended = Ended.SetItem(id, end);
        return ended.Count <= MaxEnded ? ended : ended.Remove(ended.First().Key);
    }
}
