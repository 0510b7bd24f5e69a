using System.Text.Json;
using WebCoord.Core;
using WebCoord.Server.Contract;

namespace WebCoord.Server.Rest;

/// <summary>
/// Writes a subtree while it is walked, so that its size costs no memory beside the state itself. That state cannot be
/// let go before the end, so a reader who takes too long over a piece is cut off.
/// </summary>
internal sealed partial class TreeStream(TimeProvider time, ILogger<TreeStream> logger)
{
    public const string Lines = "application/x-ndjson";
    public const string Json = "application/json";

    /// <summary>Bytes of a piece: what is written between two looks at the reader.</summary>
    private const int PieceBytes = 64 * 1_024;

    /// <summary>How long a reader may take over one piece.</summary>
    public TimeSpan PatiencePerPiece { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>One JSON document: the zxid and an array of nodes.</summary>
    public async Task WriteJsonAsync(HttpContext context, Zxid zxid, IEnumerable<TreeStep> steps, Inclusion include)
    {
        context.Response.ContentType = Json;
        using var writer = new Utf8JsonWriter(context.Response.BodyWriter, WriterOptions);
        writer.WriteStartObject();
        writer.WriteString("zxid"u8, zxid.ToString());
        writer.WriteStartArray("nodes"u8);
        var sent = 0L;
        foreach (var step in steps)
        {
            Write(writer, step, include);
            if (writer.BytesCommitted + writer.BytesPending - sent >= PieceBytes)
            {
                sent = Commit(writer);
                if (!await SendAsync(context))
                {
                    return;
                }
            }
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        Commit(writer);
        await SendAsync(context);
    }

    /// <summary>One line per node, and a last line that tells that this was all.</summary>
    public async Task WriteLinesAsync(HttpContext context, Zxid zxid, IEnumerable<TreeStep> steps, Inclusion include)
    {
        context.Response.ContentType = Lines;
        var output = context.Response.BodyWriter;
        using var writer = new Utf8JsonWriter(output, WriterOptions);
        var unsent = 0L;
        foreach (var step in steps)
        {
            Write(writer, step, include);
            unsent += EndLine();
            if (unsent >= PieceBytes)
            {
                unsent = 0;
                if (!await SendAsync(context))
                {
                    return;
                }
            }
        }

        writer.WriteStartObject();
        writer.WriteBoolean("end"u8, true);
        writer.WriteString("zxid"u8, zxid.ToString());
        writer.WriteEndObject();
        EndLine();
        await SendAsync(context);

        long EndLine()
        {
            var written = Commit(writer);
            writer.Reset();
            output.GetSpan(1)[0] = (byte)'\n';
            output.Advance(1);
            return written + 1;
        }
    }

    private static JsonWriterOptions WriterOptions { get; } = new() { Encoder = ContractJson.Options.Encoder };

    private static void Write(Utf8JsonWriter writer, TreeStep step, Inclusion include) =>
        JsonSerializer.Serialize(writer, TreeNodeBody.From(step.Path, step.Node, step.IsDenied, include),
            ContractJson.Options);

    /// <summary>Hands what is written to the response, in memory; nothing is sent yet. The bytes handed over so far.
    /// </summary>
    private static long Commit(Utf8JsonWriter writer)
    {
        writer.Flush();
        return writer.BytesCommitted;
    }

    /// <summary>False when the reader was too slow and is cut off.</summary>
    private async Task<bool> SendAsync(HttpContext context)
    {
        using var patience = new CancellationTokenSource(PatiencePerPiece, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, context.RequestAborted);
        try
        {
            await context.Response.BodyWriter.FlushAsync(either.Token);
            return true;
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            LogCut(PatiencePerPiece.TotalSeconds, context.TraceIdentifier);
            context.Abort();
            return false;
        }
    }

    [LoggerMessage(210, LogLevel.Warning,
        "The reader of a tree took more than {Seconds} s over a piece; trace {TraceId} "
        + "is cut off")]
    private partial void LogCut(double seconds, string traceId);
}
