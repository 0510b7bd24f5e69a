namespace WebCoord.Benchmarks.Wire.Load;

internal sealed record LoadResult(double RequestsPerSecond, double P50Ms, double P99Ms);
