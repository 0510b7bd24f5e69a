namespace WebCoord.Benchmarks.Wire.Rows;

/// <summary>One number that a row prints, with its unit.</summary>
internal sealed record Figure(string Measure, double Value, bool IsMoreBetter);
