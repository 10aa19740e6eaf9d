namespace FlowOde.Tests.Solvers.Measurement;

/// <summary>Tests that look at the whole process, so that no other may run beside them.</summary>
[CollectionDefinition(nameof(AloneGroup), DisableParallelization = true)]
public sealed class AloneGroup;
