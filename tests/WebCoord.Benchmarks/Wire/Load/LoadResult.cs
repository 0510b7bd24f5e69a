namespace WebCoord.Benchmarks.Wire.Load;

/// <param name="Requests">All that were answered, those before and after the time that counts included.</param>
internal sealed record LoadResult(long Requests, double RequestsPerSecond, double P50Ms, double P99Ms);
