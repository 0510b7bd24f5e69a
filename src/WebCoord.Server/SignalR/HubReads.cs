using WebCoord.Core;
using WebCoord.Core.Tree;
using WebCoord.Server.Contract;
using WebCoord.Server.Pipeline;

namespace WebCoord.Server.SignalR;

/// <summary>The calls that change nothing.</summary>
internal sealed class HubReads(ReadGate gate)
{
    public Task<CallAnswer> GetNodeAsync(HubConnection connection, GetNodeCall call,
        CancellationToken cancellationToken)
    {
        var path = CallReader.Path(call.Path);
        return AnswerAsync(connection, call,
            state => NodeBody.From(path, FindReadable(connection, state, path), call.Encoding), cancellationToken);
    }

    public Task<CallAnswer> GetChildrenAsync(HubConnection connection, GetChildrenCall call,
        CancellationToken cancellationToken)
    {
        var path = CallReader.Path(call.Path);
        var limit = call.Limit ?? ChildrenBody.DefaultLimit;
        if (limit is < 1 or > ChildrenBody.MaxLimit)
        {
            throw HubProblem.BadArgument("limit", $"must be 1 to {ChildrenBody.MaxLimit}");
        }

        if (!InclusionText.TryParse(call.Include, out var include, out var problem))
        {
            throw HubProblem.BadArgument("include", problem!);
        }

        return AnswerAsync(connection, call,
            state => ChildrenBody.From(path, FindReadable(connection, state, path), call.After, limit, include,
                child => MayRead(connection, child)),
            cancellationToken);
    }

    public async Task<CallAnswer> SyncAsync(HubConnection connection, SyncCall call,
        CancellationToken cancellationToken)
    {
        await AwaitAsync(CallReader.Freshness(call) with { Local = false }, cancellationToken);
        return await connection.AnswerAsync(state => new ZxidAnswer(state.LastZxid.ToString()));
    }

    /// <summary>Waits for a state as fresh as the call asks for.</summary>
    public async Task AwaitAsync(Freshness freshness, CancellationToken cancellationToken)
    {
        var view = await gate.ReadAsync(freshness, cancellationToken);
        if (view.Error != ErrorCode.Ok)
        {
            throw HubProblem.Of(view);
        }
    }

    /// <summary>What is wrong with reading a node; null when nothing is.</summary>
    public static ProblemBody? Judge(HubConnection connection, ZnodePath path, Znode? node)
    {
        if (node is null)
        {
            return Problems.NoNode(path);
        }

        return MayRead(connection, node) ? null : Problems.NoAuth(path, "READ", connection.Caller.IsAnonymous);
    }

    private async Task<CallAnswer> AnswerAsync(HubConnection connection, HubCall call,
        Func<CoordinationState, object> answer, CancellationToken cancellationToken)
    {
        await AwaitAsync(CallReader.Freshness(call), cancellationToken);
        return await connection.AnswerAsync(answer);
    }

    private static Znode FindReadable(HubConnection connection, CoordinationState state, ZnodePath path)
    {
        var node = state.Tree.Find(path);
        return Judge(connection, path, node) is { } problem
            ? throw HubProblem.Of(problem with { Zxid = state.LastZxid.ToString() })
            : node!;
    }

    private static bool MayRead(HubConnection connection, Znode node) =>
        node.Acl.Permits(Permissions.Read, connection.Caller.Identities);
}
