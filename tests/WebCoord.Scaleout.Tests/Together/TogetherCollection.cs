using WebCoord.Scaleout.Tests.Cluster;

namespace WebCoord.Scaleout.Tests.Together;

/// <summary>Tests that leave a service as well as they found it share one.</summary>
[CollectionDefinition(Name)]
public sealed class TogetherCollection : ICollectionFixture<SharedCluster>
{
    public const string Name = "Together";
}
