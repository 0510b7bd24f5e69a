using System.Text.Json;
using Microsoft.AspNetCore.SignalR;
using WebCoord.Server.Contract;
using WebCoord.Server.Pipeline;

namespace WebCoord.Server.SignalR;

/// <summary>How a failed call is told: an exception whose message is the problem document.</summary>
internal static class HubProblem
{
    public static HubException Of(ProblemBody problem) => new(JsonSerializer.Serialize(problem, ContractJson.Options));

    public static HubException Of(ProblemKind kind, string detail) => Of(Problems.Of(kind, detail));

    public static HubException BadArgument(string field, string problem) => Of(Problems.BadArgument(field, problem));

    /// <summary>A call that could not wait for the state that it asked for.</summary>
    public static HubException Of(ReadView view) => Of(Problems.Of(ProblemCatalog.Of(view.Error), view.Detail!) with
    {
        Zxid = view.State.LastZxid.ToString(),
    });
}
