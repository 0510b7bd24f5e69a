using System.Text.Json;
using WebCoord.Core;
using WebCoord.Server.Contract;

namespace WebCoord.Server.Rest;

/// <summary>
/// Writes a subtree while it is walked, so that its size costs no memory beside the state itself. That state cannot be
/// let go before the end, so a reader who takes too long over a piece or over the whole is cut off, and only so many
/// may read at a time.
/// </summary>
internal sealed partial class TreeStream(TimeProvider time, ILogger<TreeStream> logger)
{
    public const string Lines = "application/x-ndjson";
    public const string Json = "application/json";

    /// <summary>Bytes of a piece: when so many are written, they are sent. A larger node goes as it is.</summary>
    private const int PieceBytes = 64 * 1_024;

    private int _open;

    /// <summary>How long a reader may take over one piece.</summary>
    public TimeSpan PatiencePerPiece { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a reader may take over a whole tree.</summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Most trees that are read at a time on one instance.</summary>
    public int MaxOpen { get; init; } = 64;

    /// <summary>Answers with a subtree, or with 429 if too many are read already.</summary>
    /// <param name="lines">One line per node and a last line that tells that this was all; else one JSON document.
    /// </param>
    public async Task WriteAsync(HttpContext context, Zxid zxid, IEnumerable<TreeStep> steps, Inclusion include,
        bool lines)
    {
        try
        {
            if (Interlocked.Increment(ref _open) > MaxOpen)
            {
                await new ProblemResult(Problems.Of(ProblemCatalog.Throttled,
                    $"{MaxOpen} trees are read already, the most at a time; try again.")).ExecuteAsync(context);
                return;
            }

            using var age = new CancellationTokenSource(MaxAge, time);
            using var end = CancellationTokenSource.CreateLinkedTokenSource(age.Token, context.RequestAborted);
            await (lines ? WriteLinesAsync(context, zxid, steps, include, end.Token)
                : WriteJsonAsync(context, zxid, steps, include, end.Token));
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            LogCut(PatiencePerPiece.TotalSeconds, PieceBytes, MaxAge.TotalSeconds, context.TraceIdentifier);
            context.Abort();
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    /// <summary>How long a reader may take over so many bytes.</summary>
    public TimeSpan PatienceFor(long bytes) => PatiencePerPiece * Math.Max(1, (double)bytes / PieceBytes);

    private async Task WriteJsonAsync(HttpContext context, Zxid zxid, IEnumerable<TreeStep> steps, Inclusion include,
        CancellationToken end)
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
                var written = Commit(writer);
                await SendAsync(context, written - sent, end);
                sent = written;
            }
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        await SendAsync(context, Commit(writer) - sent, end);
    }

    private async Task WriteLinesAsync(HttpContext context, Zxid zxid, IEnumerable<TreeStep> steps, Inclusion include,
        CancellationToken end)
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
                await SendAsync(context, unsent, end);
                unsent = 0;
            }
        }

        writer.WriteStartObject();
        writer.WriteBoolean("end"u8, true);
        writer.WriteString("zxid"u8, zxid.ToString());
        writer.WriteEndObject();
        await SendAsync(context, unsent + EndLine(), end);

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

    /// <summary>Throws when the reader is too slow.</summary>
    private async Task SendAsync(HttpContext context, long bytes, CancellationToken end)
    {
        using var patience = new CancellationTokenSource(PatienceFor(bytes), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, end);
        await context.Response.BodyWriter.FlushAsync(either.Token);
    }

    [LoggerMessage(210, LogLevel.Warning,
        "The reader of a tree took more than {Seconds} s over {Bytes} bytes, or {MaxSeconds} s over all; trace "
        + "{TraceId} is cut off")]
    private partial void LogCut(double seconds, int bytes, double maxSeconds, string traceId);
}
