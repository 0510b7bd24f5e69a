using System.Text.Json.Serialization;
using WebCoord.Server.Contract;

namespace WebCoord.Server.SignalR;

/// <param name="SessionId">Names the session; no secret.</param>
/// <param name="Token">The secret by which the session is gone on with.</param>
/// <param name="TimeoutMs">The timeout that holds.</param>
/// <param name="Zxid">The state of this instance, decimal.</param>
/// <param name="Instance">The name of this instance.</param>
internal sealed record SessionAnswer(string SessionId, string Token, int TimeoutMs, string Zxid, string Instance);

/// <param name="Zxid">The state in which the watch was armed, decimal: its event is of a later one.</param>
/// <param name="Cursor">The same place, as events name theirs.</param>
internal sealed record WatchAnswer(string Zxid, bool Exists,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] StatBody? Stat, string Cursor);

internal sealed record WatchListAnswer(IReadOnlyList<ArmedWatch> Watches);

internal sealed record ArmedWatch(string WatchId, string Path, string Kind, string Mode);

/// <param name="Zxid">Of the write, or the state that this instance has reached; decimal.</param>
internal sealed record ZxidAnswer(string Zxid);
