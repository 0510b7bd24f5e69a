namespace WebCoord.Server.Tests.Wire.Differential;

/// <summary>What one server sent on each connection until all of them were quiet after an act.</summary>
internal sealed record ActAnswers(IReadOnlyList<IReadOnlyList<Observed>> Slots);
