using WebCoord.Scaleout.Tests.Cluster;

namespace WebCoord.Scaleout.Tests.Faults;

/// <summary>Tests that disturb a service, one after the other; what they disturb heals.</summary>
[CollectionDefinition(Name)]
public sealed class FaultCollection : ICollectionFixture<SharedCluster>
{
    public const string Name = "Faults";
}
