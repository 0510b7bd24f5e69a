using Microsoft.AspNetCore.SignalR;

namespace WebCoord.Server.SignalR;

/// <summary>
/// The hub at <c>/hubs/coordination</c>: what a client may call, each call one object. The methods begin in the order
/// in which they were sent and run up to their first await; then they run side by side.
/// </summary>
internal sealed class CoordinationHub(HubConnector connector, HubSessions sessions, HubWatches watches, HubReads reads)
    : Hub<ICoordinationClient>
{
    private HubConnection Connection => connector.Find(Context);

    private CancellationToken Aborted => Context.ConnectionAborted;

    public override Task OnConnectedAsync()
    {
        connector.Open(Context);
        return base.OnConnectedAsync();
    }

    public override Task OnDisconnectedAsync(Exception? exception)
    {
        connector.Close(Context);
        return base.OnDisconnectedAsync(exception);
    }

    public Task<CallAnswer> OpenSession(HubArguments arguments) =>
        sessions.OpenAsync(Connection, CallReader.Read<OpenSessionCall>(arguments), Aborted);

    public Task<CallAnswer> CloseSession(HubArguments arguments) =>
        HubSessions.CloseAsync(Connection, CallReader.Read<CloseSessionCall>(arguments), Aborted);

    public Task<CallAnswer> Watch(HubArguments arguments) =>
        watches.WatchAsync(Connection, CallReader.Read<WatchCall>(arguments), Aborted);

    public Task<CallAnswer> Unwatch(HubArguments arguments) =>
        watches.UnwatchAsync(Connection, CallReader.Read<UnwatchCall>(arguments), Aborted);

    public Task<CallAnswer> ListWatches(HubArguments arguments) =>
        watches.ListWatchesAsync(Connection, CallReader.Read<ListWatchesCall>(arguments), Aborted);

    public Task<CallAnswer> GetNode(HubArguments arguments) =>
        reads.GetNodeAsync(Connection, CallReader.Read<GetNodeCall>(arguments), Aborted);

    public Task<CallAnswer> GetChildren(HubArguments arguments) =>
        reads.GetChildrenAsync(Connection, CallReader.Read<GetChildrenCall>(arguments), Aborted);

    public Task<CallAnswer> Sync(HubArguments arguments) =>
        reads.SyncAsync(Connection, CallReader.Read<SyncCall>(arguments), Aborted);

    public Task<CallAnswer> CreateNode(HubArguments arguments) =>
        HubWrites.CreateNodeAsync(Connection, CallReader.Read<CreateNodeCall>(arguments), Aborted);

    public Task<CallAnswer> PutNode(HubArguments arguments) =>
        HubWrites.PutNodeAsync(Connection, CallReader.Read<PutNodeCall>(arguments), Aborted);

    public Task<CallAnswer> DeleteNode(HubArguments arguments) =>
        HubWrites.DeleteNodeAsync(Connection, CallReader.Read<DeleteNodeCall>(arguments), Aborted);

    public Task<CallAnswer> Transact(HubArguments arguments) =>
        HubWrites.TransactAsync(Connection, CallReader.Read<TransactCall>(arguments), Aborted);
}
