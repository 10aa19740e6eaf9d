namespace FlowOde.Tests.Cli;

/// <summary>Test classes that share the trained runs.</summary>
[CollectionDefinition(Name)]
public sealed class TrainedRunsGroup : ICollectionFixture<TrainedRuns>
{
    public const string Name = "trained runs";
}
