using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace WebCoord.Server.Tests.EndToEnd.Durability;

/// <summary>
/// A client that writes as fast as it can, one request after the other, until the server is gone, and remembers every
/// acknowledgement. After a restart it looks whether all that was acknowledged is there.
/// </summary>
internal sealed class DurableWriter(int number, Random random)
{
    public const string Queue = "/queue";

    private const int KeyCount = 8;

    private readonly Ledger _ledger = new();
    private readonly Dictionary<string, string> _items = [];
    private int _values;

    /// <summary>The zxid of the last acknowledged write.</summary>
    public long LastZxid { get; private set; }

    public int Acknowledged { get; private set; }

    /// <summary>The sequential nodes whose creation was acknowledged, with their data.</summary>
    public IReadOnlyDictionary<string, string> Items => _items;

    private string Folder => string.Create(CultureInfo.InvariantCulture, $"/writer-{number}");

    /// <summary>Writes until a request gets no answer, or the token asks it to end.</summary>
    public async Task RunAsync(HttpClient client, CancellationToken stop)
    {
        try
        {
            while (!stop.IsCancellationRequested)
            {
                await (random.Next(10) switch
                {
                    0 or 1 => AppendItemAsync(client),
                    2 => DeleteAsync(client, RandomKey()),
                    3 or 4 => PutIfUnchangedAsync(client, RandomKey()),
                    5 => PutIfStaleAsync(client, RandomKey()),
                    6 => PutPairAsync(client),
                    _ => PutAsync(client, RandomKey()),
                });
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            // The server was killed; the ledger knows which request has an unknown outcome.
        }
    }

    public async Task VerifyAsync(HttpClient client)
    {
        var found = new Dictionary<string, Ledger.Content>();
        foreach (var path in _ledger.Paths)
        {
            found.Add(path, await ReadAsync(client, path));
        }

        _ledger.Verify(found);
    }

    private async Task PutAsync(HttpClient client, string path, string? tag = null)
    {
        var data = NextValue();
        _ledger.Begin(data, path);
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/v1/nodes{path}?createParents=true")
        {
            Content = JsonContent.Create(new { data }),
        };
        if (tag is not null)
        {
            request.Headers.IfMatch.Add(EntityTagHeaderValue.Parse(tag));
        }

        using var response = await client.SendAsync(request);
        await NoteAsync(response, HttpStatusCode.OK, HttpStatusCode.Created);
        _ledger.Acknowledge(response.Headers.ETag!.Tag);
    }

    private async Task PutIfUnchangedAsync(HttpClient client, string path) =>
        await PutAsync(client, path, _ledger[path].Tag);

    private async Task PutIfStaleAsync(HttpClient client, string path)
    {
        // Whatever becomes of this request, it must change nothing: so it is noted without a path.
        _ledger.Begin("never");
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/v1/nodes{path}")
        {
            Content = JsonContent.Create(new { data = "never" }),
        };
        request.Headers.IfMatch.Add(new EntityTagHeaderValue("\"1.12345\""));
        using var response = await client.SendAsync(request);
        Assert.Equal(HttpStatusCode.PreconditionFailed, response.StatusCode);
        _ledger.Refuse();
    }

    private async Task DeleteAsync(HttpClient client, string path)
    {
        if (_ledger[path].Data is null)
        {
            return;
        }

        _ledger.Begin(null, path);
        using var response = await client.DeleteAsync($"/v1/nodes{path}");
        await NoteAsync(response, HttpStatusCode.NoContent);
        _ledger.Acknowledge();
    }

    private async Task PutPairAsync(HttpClient client)
    {
        string[] paths = [$"{Folder}-left", $"{Folder}-right"];
        var data = NextValue();
        _ledger.Begin(data, paths);
        var operations = paths.Select(path => new { op = "put", path, data });
        using var response = await client.PostAsJsonAsync("/v1/transactions", new { operations });
        await NoteAsync(response, HttpStatusCode.OK);
        _ledger.Acknowledge();
    }

    private async Task AppendItemAsync(HttpClient client)
    {
        var data = NextValue();
        _ledger.Begin(data);
        using var response = await client.PostAsJsonAsync(
            $"/v1/nodes{Queue}/item-", new { data, mode = "persistentSequential" });
        await NoteAsync(response, HttpStatusCode.Created);
        var node = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.True(_items.TryAdd(node.GetProperty("path").GetString()!, data), $"A name was given twice: {node}");
    }

    private async Task NoteAsync(HttpResponseMessage response, params HttpStatusCode[] expected)
    {
        if (!expected.Contains(response.StatusCode))
        {
            Assert.Fail($"{response.RequestMessage}\n{response}\n{await response.Content.ReadAsStringAsync()}");
        }

        var zxid = response.Zxid();
        Assert.True(zxid > LastZxid, $"A write has zxid {zxid}, after one with {LastZxid}.");
        LastZxid = zxid;
        Acknowledged++;
    }

    private static async Task<Ledger.Content> ReadAsync(HttpClient client, string path)
    {
        using var response = await client.GetAsync($"/v1/data{path}");
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            return default;
        }

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return new Ledger.Content(await response.Content.ReadAsStringAsync(), response.Headers.ETag!.Tag);
    }

    private string RandomKey() =>
        string.Create(CultureInfo.InvariantCulture, $"{Folder}/key-{random.Next(KeyCount)}");

    private string NextValue() => string.Create(CultureInfo.InvariantCulture, $"{number}-{++_values}");
}
