using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;
using TorchSharp;
using static TorchSharp.torch;

namespace FlowOde.Solvers.OptimalControl;

/// <summary>
/// Climbs the (extended) Hamiltonian of any field that can be written as torch operations by gradient steps. One step without penalty is one of
/// gradient descent by back-propagation, 1/h times as long: ∂J/∂θ_n = −h ∂H/∂θ_n.
/// </summary>
/// <param name="dynamics">f; its parameters are overwritten. Not owned.</param>
public sealed class AscentMaximizer(IAutogradField dynamics) : IHamiltonianMaximizer
{
    /// <summary>How it climbs.</summary>
    public GradientAscent Ascent { get; init; } = new();

    /// <inheritdoc/>
    public int Maximize(HamiltonianPoint point, FlatVector intoControl)
    {
        ArgumentNullException.ThrowIfNull(point);
        return Ascent.Climb((control, intoGradient) => Value(point, control, intoGradient), intoControl);
    }

    /// <summary>H − ½ρ‖f − ẋ‖² − ½ρ‖ṗ + ∇_xH‖² and its gradient.</summary>
    /// <param name="point">Where.</param>
    /// <param name="control">θ.</param>
    /// <param name="intoGradient">Receives the gradient.</param>
    internal double Value(HamiltonianPoint point, FlatVector control, FlatVector intoGradient)
    {
        using var scope = NewDisposeScope();
        dynamics.Parameters.CopyFrom(control);
        using var leaves = dynamics.CreateLeaves();
        using var grad = enable_grad();
        using Scalar one = 1.0, minusOne = -1.0;
        var layout = point.State.Layout;
        Tensor[] state = [.. layout.Segments.Select((segment, i) => segment.Role == SegmentRole.Evolving ? point.State[i].detach().clone().requires_grad_() : point.State[i].detach().clone())];
        Tensor time = tensor(point.Time, dtype: point.State.DType, device: point.State.Device);
        var derivative = dynamics.Express(time, state, leaves);
        Tensor Sum(Func<int, Tensor?> term) => layout.Segments.Select((_, i) => term(i)).OfType<Tensor>().Aggregate((a, b) => a.add(b, one));
        var value = Sum(i => derivative[i] is { } f ? (f * point.NextCostate[i]).sum() : null);
        if (point.Penalty > 0)
        {
            int[] evolving = [.. Enumerable.Range(0, state.Length).Where(i => layout.Segments[i].Role == SegmentRole.Evolving)];
            var byState = CheckedAutograd.Gradient(value, [.. evolving.Select(i => state[i])], ones_like(value), keepGraph: true, createGraph: true);
            using Scalar perStep = 1 / point.Step, minusPerStep = -1 / point.Step, half = -point.Penalty / 2, two = 2.0;
            var violation = evolving.Select((i, k) =>
            {
                var off = derivative[i]!.add(point.NextState[i].add(point.State[i], minusOne), minusPerStep).pow(two).sum();
                var slope = point.NextCostate[i].add(point.Costate[i], minusOne).mul(perStep);
                return off.add((byState[k] is { } b ? slope.add(b, one) : slope).pow(two).sum(), one);
            }).Aggregate((a, b) => a.add(b, one));
            value = value.add(violation, half);
        }

        return CheckedAutograd.Value(value, leaves.Tensors, intoGradient);
    }
}
