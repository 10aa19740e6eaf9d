using FlowOde.Cli.Runs;
using FlowOde.Flows.Classification;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Cli.Classifying;

/// <summary>A classifier read from a run. Owns it and its parameters.</summary>
/// <param name="Folder">The run.</param>
/// <param name="Config">What it was made by.</param>
/// <param name="Model">The classifier.</param>
/// <param name="Parameters">Its parameters, on the CPU.</param>
internal sealed record LoadedClassifier(RunFolder Folder, RunConfig Config, OdeClassifier Model, FlatVector Parameters) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        Parameters.Dispose();
        Model.Dispose();
    }
}
