namespace WebCoord.Server.Pipeline;

/// <summary>From the same log this instance made another state than most: a bug, or damaged memory.</summary>
internal sealed class StateDivergedException(string message) : Exception(message);
