using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;
using TorchSharp;
using static TorchSharp.torch;

namespace FlowOde.Solvers.OptimalControl;

/// <summary>
/// Climbs the (extended) Hamiltonian of any field that can be written as torch operations by gradient steps, each halved until it climbs. One step without penalty is one of
/// gradient descent by back-propagation.
/// </summary>
/// <param name="dynamics">f; its parameters are overwritten. Not owned.</param>
public sealed class AscentMaximizer(IAutogradField dynamics) : IHamiltonianMaximizer
{
    private const int MostHalvings = 30;

    /// <summary>Gradient steps a layer and iteration; at least 1.</summary>
    /// <value>10 by default.</value>
    public int Steps
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "A maximiser makes at least one step.");
    } = 10;

    /// <summary>Length of a step as a multiple of the gradient; greater than 0.</summary>
    /// <value>1 by default.</value>
    public double Rate
    {
        get;
        init => field = value > 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, $"{nameof(Rate)} must be positive.");
    } = 1;

    /// <inheritdoc/>
    public void Maximize(HamiltonianPoint point, FlatVector intoControl)
    {
        ArgumentNullException.ThrowIfNull(point);
        ArgumentNullException.ThrowIfNull(intoControl);
        using var gradient = intoControl.CreateLike();
        double rate = Rate, now = Value(point, intoControl, gradient);
        VectorRange[] all = [new(0, intoControl.Layout.Length)];
        using var tried = intoControl.Clone();
        using var slope = gradient.CreateLike();
        for (int step = 0, halvings = 0; step < Steps && halvings < MostHalvings;)
        {
            LinearCombination.Write(intoControl, [rate], [gradient], all, tried);
            double next = Value(point, tried, slope);
            if (next > now)
            {
                intoControl.CopyFrom(tried);
                gradient.CopyFrom(slope);
                (now, step) = (next, step + 1);
            }
            else
            {
                (rate, halvings) = (rate / 2, halvings + 1);
            }
        }
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
        var layout = point.State.Layout;
        Tensor[] state = [.. layout.Segments.Select((segment, i) => segment.Role == SegmentRole.Evolving ? point.State[i].detach().clone().requires_grad_() : point.State[i].detach().clone())];
        Tensor time = tensor(point.Time, dtype: point.State.DType, device: point.State.Device);
        var derivative = dynamics.Express(time, state, leaves);
        Tensor Sum(Func<int, Tensor?> term) => layout.Segments.Select((_, i) => term(i)).OfType<Tensor>().Aggregate((a, b) => a + b);
        var value = Sum(i => derivative[i] is { } f ? (f * point.NextCostate[i]).sum() : null);
        if (point.Penalty > 0)
        {
            int[] evolving = [.. Enumerable.Range(0, state.Length).Where(i => layout.Segments[i].Role == SegmentRole.Evolving)];
            var byState = CheckedAutograd.Gradient(value, [.. evolving.Select(i => state[i])], ones_like(value), keepGraph: true, createGraph: true);
            using Scalar perStep = 1 / point.Step, half = -point.Penalty / 2;
            var violation = evolving.Select((i, k) =>
            {
                var off = (derivative[i]! - ((point.NextState[i] - point.State[i]) * perStep)).square().sum();
                var slope = (point.NextCostate[i] - point.Costate[i]) * perStep;
                return off + (byState[k] is { } b ? b + slope : slope).square().sum();
            }).Aggregate((a, b) => a + b);
            value = value + (violation * half);
        }

        var gradients = CheckedAutograd.Gradient(value, leaves.Tensors, ones_like(value));
        using var noGradient = no_grad();
        for (int i = 0; i < gradients.Length; i++)
        {
            if (gradients[i] is { } part)
            {
                intoGradient[i].copy_(part);
            }
            else
            {
                intoGradient[i].zero_().Dispose();
            }
        }

        return value.to(ScalarType.Float64).item<double>();
    }
}
