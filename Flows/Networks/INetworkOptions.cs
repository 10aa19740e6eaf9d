using FlowOde.Solvers.Vectors;

namespace FlowOde.Flows.Networks;

/// <summary>The shape of a network, from which the layout of its parameters follows before any memory is taken.</summary>
public interface INetworkOptions
{
    /// <summary>Names and places of the network's parameters.</summary>
    VectorLayout ParameterLayout { get; }

    /// <summary>Makes the network over parameters.</summary>
    /// <param name="parameters">Has the layout <see cref="ParameterLayout"/>; belongs to the caller and outlives the network.</param>
    /// <exception cref="ArgumentException">The parameters have another layout.</exception>
    INetwork CreateNetwork(FlatVector parameters);

    /// <summary>Overwrites parameters with those that training starts from.</summary>
    /// <param name="uniforms">Draws: (row, count) to that many numbers in (0, 1). The row is the index of the segment.</param>
    /// <param name="intoParameters">Receives the parameters; has the layout <see cref="ParameterLayout"/>.</param>
    /// <exception cref="ArgumentException">The vector has another layout, or too few numbers were drawn.</exception>
    void Initialize(Func<long, long, double[]> uniforms, FlatVector intoParameters);
}
