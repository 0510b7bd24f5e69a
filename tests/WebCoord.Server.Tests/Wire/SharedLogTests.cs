using Microsoft.Extensions.Hosting;
using WebCoord.Core;
using WebCoord.Core.Commands;
using WebCoord.Core.Sessions;
using WebCoord.Server.Tests.Pipeline;

namespace WebCoord.Server.Tests.Wire;

/// <summary>What ZooKeeper clients see of a log that other instances use, too: while it is ahead, away, or has lost
/// something.</summary>
public sealed class SharedLogTests
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(100);

    [Fact]
    public async Task Sync_waits_for_what_other_instances_have_written()
    {
        await using var wire = await MemoryWire.StartAsync(GatedLog.Shared());
        var client = await wire.OpenAsync();
        wire.Log.CloseReads();
        await wire.Log.AppendAsOtherAsync(new Command.Put("/a", WireCalls.Hi));
        var sync = client.CallAsync(WireOp.Sync, WireBody.Path("/"));
        await Task.Delay(Moment);
        Assert.False(sync.IsCompleted);
        wire.Log.OpenReads();
        await sync.SucceedsAsync();
        await client.GetDataAsync("/a").SucceedsAsync();
    }

    [Fact]
    public async Task A_ping_is_not_answered_once_the_session_ended_in_the_log_though_that_was_not_seen_yet()
    {
        await using var wire = await MemoryWire.StartAsync(GatedLog.Shared());
        var client = await wire.OpenAsync(new Handshake { Timeout = 30_000 });
        await client.PingAsync().SucceedsAsync();
        wire.Log.CloseReads();
        await wire.Log.AppendAsOtherAsync(new Command.CloseSession(new SessionId(client.Session!.SessionId)));
        await client.SendAsync(WireClient.Request(-2, WireOp.Ping, []));
        var answer = client.ReceiveAsync();
        await Task.Delay(Moment);
        Assert.False(answer.IsCompleted);
        wire.Log.OpenReads();
        Assert.Null(await answer);
    }

    [Fact]
    public async Task Pings_are_answered_while_the_last_contact_is_young_and_then_the_connection_ends()
    {
        await using var wire = await MemoryWire.StartAsync(GatedLog.Shared());
        var client = await wire.OpenAsync(new Handshake { Timeout = 6_000 });
        wire.Log.CutOff();
        await client.PingAsync().SucceedsAsync();
        Assert.Null(await client.ReceiveFrameAsync());
        Assert.NotNull(wire.Pipeline.State.Sessions.Find(new SessionId(client.Session!.SessionId)));
    }

    [Fact]
    public async Task A_client_that_has_seen_more_waits_for_it_and_one_that_saw_too_much_is_sent_away()
    {
        await using var wire = await MemoryWire.StartAsync(GatedLog.Shared());
        wire.Log.CloseReads();
        var entry = await wire.Log.AppendAsOtherAsync(new Command.Put("/a", WireCalls.Hi));
        var opening = wire.OpenAsync(new Handshake { LastZxidSeen = entry.LastZxid.Value });
        await Task.Delay(Moment);
        Assert.False(opening.IsCompleted);
        wire.Log.OpenReads();
        await (await opening).GetDataAsync("/a").SucceedsAsync();
        var far = new Handshake { LastZxidSeen = entry.LastZxid.Value + 1_000_000 };
        Assert.Null(await wire.Connect().Client.HandshakeAsync(far));
    }

    [Fact]
    public async Task After_a_loss_all_connections_end_and_who_saw_what_was_lost_starts_afresh()
    {
        await using var wire = await MemoryWire.StartAsync(GatedLog.Shared());
        var idle = await wire.OpenAsync();
        var watching = await wire.OpenAsync();
        await watching.ExistsAsync("/a", watch: true);
        var kept = wire.Pipeline.State;
        var lost = await wire.Pipeline.PutAsync("/b");
        await wire.Log.RegressAsync(kept);
        Assert.Null(await idle.ReceiveFrameAsync());
        Assert.Null(await watching.ReceiveFrameAsync());
        await wire.Pipeline.PutAsync("/c");
        Assert.True(wire.Pipeline.State.IsLost(lost.Zxid));

        var again = idle.Again() with { LastZxidSeen = lost.Zxid.Value };
        Assert.False((await wire.Connect().Client.HandshakeAsync(again))!.IsValid);
        Assert.False((await wire.Connect().Client.HandshakeAsync(
            new Handshake { LastZxidSeen = lost.Zxid.Value }))!.IsValid);
        var fresh = await wire.OpenAsync();
        Assert.NotEqual(0, (await fresh.ExistsAsync("/b")).Error);
        Assert.Equal(0, (await fresh.ExistsAsync("/c")).Error);
    }

    [Fact]
    public async Task An_instance_that_slept_lets_its_clients_connect_anew()
    {
        var time = new ManualTime();
        await using var wire = await MemoryWire.StartAsync(GatedLog.Shared(), time, "WebCoord:Instance:DrainMs=0");
        var client = await wire.OpenAsync(new Handshake { Timeout = 30_000 });
        await client.PingAsync().SucceedsAsync();
        time.Halt(TimeSpan.FromSeconds(15));
        await RunningPipeline.UntilAsync(() =>
        {
            time.Advance(TimeSpan.FromSeconds(0.1));
            return wire.OpenConnections == 0;
        }, "its connection is closed");
        Assert.Null(await client.ReceiveFrameAsync());
    }

    [Fact]
    public async Task Before_the_log_is_loaded_connections_are_closed()
    {
        var log = GatedLog.Shared();
        log.CutOff();
        await using var wire = await MemoryWire.StartAsync(log);
        Assert.Null(await wire.Connect().Client.HandshakeAsync(new Handshake()));
        log.Reconnect();
        await wire.Pipeline.Get<WebCoord.Server.Pipeline.PipelineService>().Ready.WaitAsync(TimeSpan.FromSeconds(30));
        await wire.OpenAsync();
    }

    [Fact]
    public async Task A_server_that_begins_to_stop_closes_its_connections_and_takes_no_more()
    {
        await using var wire = await MemoryWire.StartAsync(GatedLog.Shared(), "WebCoord:Instance:DrainMs=0");
        var client = await wire.OpenAsync();
        await client.CreateAsync("/a").SucceedsAsync();
        wire.Pipeline.Get<IHostApplicationLifetime>().StopApplication();
        Assert.Null(await client.ReceiveFrameAsync());
        Assert.Null(await wire.Connect().Client.HandshakeAsync(new Handshake()));
        Assert.True((await wire.Pipeline.PutAsync("/still/not/stopped")).Error is ErrorCode.NoNode or ErrorCode.Ok);
    }
}
