using System.Collections.Immutable;
using WebCoord.Core.Sessions;
using WebCoord.Core.Tree;

namespace WebCoord.Core.Commands;

/// <summary>A command with everything about its sender that decides the result. All of it goes into the log.</summary>
public sealed record Request(Command Command)
{
    /// <summary>The session under which the command runs; none is fine for all but ephemeral nodes.</summary>
    public SessionId Session { get; init; }

    /// <summary>The connection that sent it. Unless it is the default, it must be the session's owner, else
    /// <see cref="ErrorCode.SessionMoved"/>.</summary>
    public SessionOwner Owner { get; init; }

    /// <summary>Who the sender is, decided by the front end.</summary>
    public ImmutableArray<Identity> Identities { get; init; } = [];
}
