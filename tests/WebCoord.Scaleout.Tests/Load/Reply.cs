using System.Globalization;
using System.Net;
using System.Text.Json;

namespace WebCoord.Scaleout.Tests.Load;

/// <summary>What a client learned from a request.</summary>
internal enum Fate
{
    /// <summary>It was answered with success.</summary>
    Done,

    /// <summary>It was judged and refused.</summary>
    Refused,

    /// <summary>It was not taken: nothing happened, says the service, or nobody was there to take it.</summary>
    NotTaken,

    /// <summary>It may have happened, or happen yet.</summary>
    Unknown,
}

/// <summary>An answer, or what stands for one that did not come.</summary>
internal sealed record Reply(Fate Fate, HttpStatusCode? Status, string Body, string? Tag, long Zxid)
{
    /// <summary>Sends a request and judges what becomes of it as a careful client would.</summary>
    public static async Task<Reply> ToAsync(HttpClient client, HttpRequestMessage request, TimeSpan patience)
    {
        using var limit = new CancellationTokenSource(patience);
        try
        {
            using var response = await client.SendAsync(request, limit.Token);
            return From(response, await response.Content.ReadAsStringAsync(limit.Token));
        }
        catch (HttpRequestException failure) when (failure.HttpRequestError == HttpRequestError.ConnectionError)
        {
            return new Reply(Fate.NotTaken, null, failure.Message, null, 0);
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException or IOException)
        {
            return new Reply(Fate.Unknown, null, failure.Message, null, 0);
        }
    }

    public JsonElement Json() => JsonDocument.Parse(Body).RootElement;

    private static Reply From(HttpResponseMessage response, string body)
    {
        var zxid = response.Headers.TryGetValues("WebCoord-Zxid", out var values)
            ? long.Parse(values.Single(), CultureInfo.InvariantCulture)
            : 0;
        var fate = response.IsSuccessStatusCode ? Fate.Done : FateOf(response.StatusCode, body);
        return new Reply(fate, response.StatusCode, body, response.Headers.ETag?.Tag, zxid);
    }

    private static Fate FateOf(HttpStatusCode status, string body)
    {
        if ((int)status < 500 && status != HttpStatusCode.TooManyRequests)
        {
            return Fate.Refused;
        }

        return body.Contains("\"outcome\":\"not-applied\"", StringComparison.Ordinal) ? Fate.NotTaken : Fate.Unknown;
    }
}
