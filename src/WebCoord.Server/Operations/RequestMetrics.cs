using System.Diagnostics.Metrics;
using WebCoord.Server.Pipeline;

namespace WebCoord.Server.Operations;

/// <summary>Counts requests by operation and status and measures how long they take, save those that are meant to last:
/// long polls and the connections of the hub.</summary>
internal sealed class RequestMetrics
{
    private readonly RequestDelegate _next;
    private readonly TimeProvider _time;
    private readonly Counter<long> _requests;
    private readonly Histogram<double> _duration;

    public RequestMetrics(RequestDelegate next, PipelineMetrics metrics, TimeProvider time)
    {
        _next = next;
        _time = time;
        _requests = metrics.Meter.CreateCounter<long>("webcoord.requests", null, "HTTP requests answered.");
        _duration = metrics.Meter.CreateHistogram("webcoord.request.duration", "s",
            "How long HTTP requests took, without long polls and hub connections.", null, new InstrumentAdvice<double>
            {
                HistogramBucketBoundaries =
                    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
            });
    }

    public async Task InvokeAsync(HttpContext context)
    {
        var began = _time.GetTimestamp();
        try
        {
            await _next(context);
        }
        finally
        {
            var operation = KeyValuePair.Create("operation", (object?)OperationOf(context));
            _requests.Add(1, operation, KeyValuePair.Create("status", (object?)context.Response.StatusCode));
            if (!MeantToLast(context))
            {
                _duration.Record(_time.GetElapsedTime(began).TotalSeconds, operation);
            }
        }
    }

    /// <summary>The operationId; whatever has none is one of a few unnamed things.</summary>
    private static string OperationOf(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName ?? "other";

    private static bool MeantToLast(HttpContext context) =>
        context.Response.StatusCode == StatusCodes.Status101SwitchingProtocols
        || context.Request.Query.ContainsKey("wait")
        || context.Request.Headers.ContainsKey("Prefer");
}
