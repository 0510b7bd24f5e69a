namespace WebCoord.Scaleout.Tests.Guide;

/// <summary>The tests that share one service, one after the other; each leaves it whole.</summary>
[CollectionDefinition(nameof(ScaledServiceCollection))]
public sealed class ScaledServiceCollection : ICollectionFixture<ScaledService>;
