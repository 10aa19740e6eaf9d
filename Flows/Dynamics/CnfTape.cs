using FlowOde.Flows.Networks;
using FlowOde.Flows.TraceEstimators;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;
using TorchSharp;

namespace FlowOde.Flows.Dynamics;

/// <summary>The network's tape, and whose directions its input tangents are.</summary>
internal sealed class CnfTape(NetworkTape network, FunctionalScratch scratch) : FieldTape
{
    internal NetworkTape Network { get; } = network;

    internal FunctionalScratch Scratch { get; } = scratch;

    /// <summary>The directions that the input's tangents hold: copied once for a solve, not at each evaluation.</summary>
    internal Directions? Directions { get; set; }

    public override long Bytes => Network.Bytes;

    public override void Dispose() => Network.Dispose();

    internal static CnfTape Of(FieldTape tape, INetwork network, long rows) => tape is not CnfTape cnf
        ? throw new ArgumentException($"The tape is a {tape?.GetType().Name ?? "null"}; use tapes of this field's workspace.", nameof(tape))
        : cnf.Network.Input.Rows == rows && cnf.Network.Input.Width == network.Dimension
            ? cnf
            : throw new ArgumentException($"The tape is for [{cnf.Network.Input.Rows}, {cnf.Network.Input.Width}], the state has {rows} rows of {network.Dimension}.", nameof(tape));

    /// <summary>Takes z and the context from a state.</summary>
    internal void CopyInput(FlatVector state)
    {
        Network.Input.Values.copy_(state[0]);
        Network.Context?.copy_(state[1]);
    }

    /// <summary>From the seeded cotangent of the output to state, parameters and time.</summary>
    internal void PullBack(INetwork network, double weight, FlatVector intoState, FlatVector intoGradient, torch.Tensor? intoTime)
    {
        network.Pullback(Network, intoState[0], Network.Context is null ? null : intoState[1]);
        if (weight != 0 || intoTime is not null)
        {
            network.PullbackParameters(Network, weight, weight == 0 ? null : intoGradient, intoTime);
        }
    }
}
