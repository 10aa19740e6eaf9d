using FlowOde.Flows.Composition;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Cli.Runs;

/// <summary>A model read from a run. Owns it and its parameters.</summary>
/// <param name="Folder">The run.</param>
/// <param name="Config">What it was made by.</param>
/// <param name="Model">The model.</param>
/// <param name="Parameters">Its parameters, on the CPU.</param>
/// <param name="Statistics">The running statistics of its norms, on the CPU; empty without norms.</param>
internal sealed record LoadedModel(RunFolder Folder, RunConfig Config, FlowModel Model, FlatVector Parameters, FlatVector Statistics) : IDisposable
{
    /// <summary>The parameters in another type or on another device.</summary>
    /// <returns>A new vector; belongs to the caller.</returns>
    public FlatVector ParametersAs(ScalarType dtype, Device device) => TrainedModel.Copy(Parameters, dtype, device);

    /// <summary>The model with its numbers.</summary>
    public TrainedModel Trained => new(Model, Parameters, Statistics);

    /// <inheritdoc/>
    public void Dispose()
    {
        Parameters.Dispose();
        Statistics.Dispose();
    }
}
