using System.Text;
using WebCoord.Core.Commands;
using WebCoord.Server.Pipeline;
using WebCoord.Server.Tests.Pipeline;
using WebCoord.TransactionLog;

namespace WebCoord.Server.Tests.Wire.FourLetterWords;

/// <summary>What operators are told while the log takes no writes.</summary>
public sealed class UnavailableServiceTests
{
    private const string NotServing = "This ZooKeeper instance is not currently serving requests\n";

    [Theory]
    [InlineData("ruok", "imok")]
    [InlineData("isro", "null")]
    [InlineData("srvr", NotServing)]
    [InlineData("mntr", NotServing)]
    public async Task A_word_tells_that_the_service_is_not_serving(string word, string answer)
    {
        await using var wire = await MemoryWire.StartAsync();
        wire.Log.FailWith(new LogUnavailableException("No space left on device", outcomeKnown: true));
        await wire.Pipeline.PutAsync("/lost");
        Assert.False(wire.Pipeline.Health.IsAvailable);

        Assert.Equal(answer, await AskAsync(wire, word));
    }

    [Theory]
    [InlineData("isro", "null", "rw")]
    [InlineData("srvr", NotServing, "Zookeeper version")]
    public async Task While_a_log_that_came_late_is_loaded_nothing_is_told_of_the_state(string word, string answer,
        string later)
    {
        var log = GatedLog.Shared();
        await log.AppendAsOtherAsync(new Command.ServiceResumed());
        log.CutOff();
        await using var wire = await MemoryWire.StartAsync(log);
        log.CloseReads();
        log.Reconnect();
        await RunningPipeline.UntilAsync(() => wire.Pipeline.Health.IsAvailable, "the log answers");
        Assert.Equal(answer, await AskAsync(wire, word));
        log.OpenReads();
        await wire.Pipeline.Get<PipelineService>().Ready.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.StartsWith(later, await AskAsync(wire, word), StringComparison.Ordinal);
    }

    private static async Task<string> AskAsync(MemoryWire wire, string word)
    {
        var client = wire.Connect().Client;
        await client.SendAsync(Encoding.ASCII.GetBytes(word));
        return Encoding.ASCII.GetString(await client.ReceiveToEndAsync());
    }
}
