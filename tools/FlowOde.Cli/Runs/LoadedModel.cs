using FlowOde.Flows.Composition;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Cli.Runs;

/// <summary>A model read from a run. Owns it and its parameters.</summary>
/// <param name="Folder">The run.</param>
/// <param name="Config">What it was made by.</param>
/// <param name="Model">The model.</param>
/// <param name="Parameters">Its parameters, on the CPU.</param>
internal sealed record LoadedModel(RunFolder Folder, RunConfig Config, FlowModel Model, FlatVector Parameters) : IDisposable
{
    /// <summary>The parameters in another type or on another device.</summary>
    /// <returns>A new vector; belongs to the caller.</returns>
    public FlatVector ParametersAs(ScalarType dtype, Device device) => Copy(Parameters, dtype, device);

    /// <summary>Parameters in another type or on another device.</summary>
    /// <returns>A new vector; belongs to the caller.</returns>
    public static FlatVector Copy(FlatVector parameters, ScalarType dtype, Device device)
    {
        var copy = new FlatVector(parameters.Layout, dtype, device);
        copy.CopyFrom(parameters);
        return copy;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Parameters.Dispose();
    }
}
