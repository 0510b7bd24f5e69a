using System.Globalization;
using System.Text;
using WebCoord.Server.Tests.EndToEnd;

namespace WebCoord.Server.Tests.Wire.FourLetterWords;

/// <summary>A server that answers all four-letter words.</summary>
public sealed class WordServer : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private ServerProcess? _server;

    public int Port { get; } = FreePort.Next();

    public HttpClient Http => _server!.Client;

    public async Task InitializeAsync() => _server = await ServerProcess.StartAsync(_folder.Path,
        string.Create(CultureInfo.InvariantCulture, $"--WebCoord:ZooKeeper:Port={Port}"),
        "--WebCoord:ZooKeeper:FourLetterWords:0=*");

    public async Task DisposeAsync()
    {
        await _server!.DisposeAsync();
        _folder.Dispose();
    }

    public Task<string> AskAsync(string word) => AskAsync(Port, word);

    /// <summary>All that a server answers to a word until it closes the connection.</summary>
    public static async Task<string> AskAsync(int port, string word)
    {
        await using var client = await WireClient.ConnectAsync(port);
        await client.SendAsync(Encoding.ASCII.GetBytes(word));
        return Encoding.UTF8.GetString(await client.ReceiveToEndAsync());
    }
}
