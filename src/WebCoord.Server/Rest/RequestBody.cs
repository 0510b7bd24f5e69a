using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
using WebCoord.Server.Contract;

namespace WebCoord.Server.Rest;

/// <summary>A limit on a body, for the one who exceeds it.</summary>
/// <param name="Name">The setting that it comes from.</param>
internal readonly record struct BodyLimit(long Bytes, string Name)
{
    /// <summary>Bytes of a JSON body beside data: field names, ACL.</summary>
    private const int JsonOverhead = 1 << 20;

    /// <summary>Bytes that one byte of data takes in JSON at worst: as \u0000.</summary>
    private const int WorstEscape = 6;

    public static BodyLimit Raw(int maxDataBytes) => new(maxDataBytes, "MaxDataBytes");

    /// <summary>Room for that much data however it is escaped. What the data really takes is judged at apply.</summary>
    public static BodyLimit Json(int maxBytes, string name) => new(((long)WorstEscape * maxBytes) + JsonOverhead, name);
}

/// <summary>Reads bodies, and stops reading as soon as they are too large.</summary>
internal static class RequestBody
{
    /// <summary>Most bytes that are set aside before any have come.</summary>
    private const int MaxFirstBuffer = 16 << 10;

    /// <summary>The bytes of a body; null when it is refused.</summary>
    public static async Task<(byte[]? Bytes, ProblemBody? Problem)> ReadBytesAsync(RequestContext request,
        BodyLimit limit)
    {
        request.LetGoOfState();
        var context = request.Http;
        var length = context.Request.ContentLength;
        if (length > limit.Bytes)
        {
            return (null, TooLarge(limit));
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } server)
        {
            // The server's own limit would answer first, and it knows no name for the limit.
            server.MaxRequestBodySize = null;
        }

        var reader = context.Request.BodyReader;

        // What a client announces costs nothing; memory is for what has come.
        var bytes = new ArrayBufferWriter<byte>((int)Math.Clamp(length ?? 0, 256, MaxFirstBuffer));
        while (true)
        {
            var read = await reader.ReadAsync(context.RequestAborted);
            if (bytes.WrittenCount + read.Buffer.Length > limit.Bytes)
            {
                // The server reads on to save the connection, which it cannot in the middle of a read.
                reader.AdvanceTo(read.Buffer.End);
                return (null, TooLarge(limit));
            }

            foreach (var segment in read.Buffer)
            {
                bytes.Write(segment.Span);
            }

            reader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                return (bytes.WrittenSpan.ToArray(), null);
            }
        }
    }

    /// <summary>A JSON body; null when it is refused.</summary>
    public static async Task<(T? Body, ProblemBody? Problem)> ReadJsonAsync<T>(RequestContext request, BodyLimit limit)
        where T : class
    {
        if (!IsJson(request.Http.Request.ContentType))
        {
            return (null,
                Problems.Of(ProblemCatalog.UnsupportedMediaType, ProblemCatalog.UnsupportedMediaType.Meaning));
        }

        var (bytes, problem) = await ReadBytesAsync(request, limit);
        if (bytes is null)
        {
            return (null, problem);
        }

        if (bytes.Length == 0)
        {
            return (null, Problems.BadArgument("body", "is empty; send a JSON object"));
        }

        try
        {
            var body = JsonSerializer.Deserialize<T>(bytes, ContractJson.Options);
            return (body, body is null ? Problems.BadArgument("body", "is null; send a JSON object") : null);
        }
        catch (JsonException fault)
        {
            return (null, JsonFault.Explain(fault));
        }
    }

    /// <summary>Without a type it is taken for JSON; the only charset of JSON is UTF-8.</summary>
    private static bool IsJson(string? contentType) => string.IsNullOrEmpty(contentType)
        || (MediaTypeHeaderValue.TryParse(contentType, out var type)
            && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            && (!type.Charset.HasValue
                || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase)));

    private static ProblemBody TooLarge(BodyLimit limit) => Problems.Of(ProblemCatalog.TooLarge,
        $"The body is larger than {limit.Bytes} bytes, which {limit.Name} allows; it was not read to its end. Send "
        + "less, or raise the limit.");
}
