using FlowOde.Flows.Composition;
using FlowOde.Flows.Networks;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Cli.Runs;

/// <summary>A model with its numbers, which belong to somebody else.</summary>
/// <param name="Model">The model.</param>
/// <param name="Parameters">Its parameters.</param>
/// <param name="Statistics">The running statistics of its norms; empty without norms.</param>
internal sealed record TrainedModel(FlowModel Model, FlatVector Parameters, FlatVector Statistics)
{
    /// <summary>Binds copies of the numbers, so that the flow has a type and device of its own.</summary>
    /// <param name="settings">How the flow is solved.</param>
    /// <param name="dtype">The type of numbers.</param>
    /// <param name="device">Where to compute.</param>
    /// <param name="around">Puts something around each network, such as guidance; null for nothing.</param>
    /// <returns>The flow with its numbers; belongs to the caller.</returns>
    public BoundFlow Bind(FlowSettings settings, ScalarType dtype, Device device, Func<INetwork, INetwork>? around = null)
    {
        var (parameters, statistics) = (Copy(Parameters, dtype, device), Copy(Statistics, dtype, device));
        try
        {
            return new(Model.Bind(parameters, settings, around, statistics), parameters, statistics);
        }
        catch
        {
            parameters.Dispose();
            statistics.Dispose();
            throw;
        }
    }

    /// <summary>Numbers in another type or on another device.</summary>
    /// <returns>A new vector; belongs to the caller.</returns>
    public static FlatVector Copy(FlatVector numbers, ScalarType dtype, Device device)
    {
        var copy = new FlatVector(numbers.Layout, dtype, device);
        copy.CopyFrom(numbers);
        return copy;
    }
}
