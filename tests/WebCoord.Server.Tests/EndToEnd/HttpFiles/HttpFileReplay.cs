using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;

namespace WebCoord.Server.Tests.EndToEnd.HttpFiles;

/// <summary>Sends every request of a file in <c>http/</c> to a running service, in order, and compares the status.
/// </summary>
internal sealed class HttpFileReplay(HttpClient client)
{
    /// <summary>The names of all files.</summary>
    public static IEnumerable<string> Names => Directory.GetFiles(Repository.PathOf("http"), "*.http")
        .Select(file => Path.GetFileName(file)).Order();

    /// <summary>Sends the requests of a file twice, which must work.</summary>
    public async Task RunTwiceAsync(string name)
    {
        var file = new HttpFile(await File.ReadAllTextAsync(Repository.PathOf("http", name)));
        Assert.NotEmpty(file.Requests);
        for (var run = 0; run < 2; run++)
        {
            var variables = new Dictionary<string, string>(file.Variables)
            {
                ["host"] = client.BaseAddress!.GetLeftPart(UriPartial.Authority),
            };
            foreach (var request in file.Requests)
            {
                await SendAsync(request, variables);
            }
        }
    }

    private async Task SendAsync(HttpFileRequest request, Dictionary<string, string> variables)
    {
        using var message = new HttpRequestMessage(
            HttpMethod.Parse(request.Method), HttpFile.Fill(request.Target, variables));
        if (request.Body is { } body)
        {
            message.Content = new StringContent(HttpFile.Fill(body, variables));
        }

        foreach (var (name, value) in request.Headers)
        {
            if (name == "Content-Type")
            {
                message.Content!.Headers.ContentType = MediaTypeHeaderValue.Parse(value);
            }
            else
            {
                Assert.True(message.Headers.TryAddWithoutValidation(name, HttpFile.Fill(value, variables)));
            }
        }

        using var response = await client.SendAsync(message);
        var answer = await response.Content.ReadAsStringAsync();
        Assert.True(request.Expected == response.StatusCode, string.Create(
            CultureInfo.InvariantCulture, $"Line {request.Line}: {(int)response.StatusCode} {answer}"));
        foreach (var (variable, field) in request.Captures)
        {
            using var json = JsonDocument.Parse(answer);
            variables[variable] = json.RootElement.GetProperty(field).GetString()!;
        }
    }
}
