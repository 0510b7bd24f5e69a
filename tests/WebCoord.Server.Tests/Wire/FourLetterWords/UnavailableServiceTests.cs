using System.Text;
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

        var client = wire.Connect().Client;
        await client.SendAsync(Encoding.ASCII.GetBytes(word));

        Assert.Equal(answer, Encoding.ASCII.GetString(await client.ReceiveToEndAsync()));
    }
}
