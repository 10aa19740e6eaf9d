using FlowOde.Flows.Classification.Blocks;
using FlowOde.Flows.Layers;
using FlowOde.Flows.Networks;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.OptimalControl;
using FlowOde.Solvers.Vectors;
using TorchSharp;
using static TorchSharp.torch;

namespace FlowOde.Flows.Classification;

/// <summary>Φ(x; θ): the cross-entropy of a head on the classes of a batch, in nats and summed over its rows.</summary>
/// <param name="head">The head.</param>
/// <param name="parameters">Its parameters. Not changed.</param>
/// <param name="classes">The class of each row as a unit vector, [B, classes].</param>
internal sealed class HeadCost(ExpressedMap head, FlatVector parameters, Tensor classes) : ITerminalCost
{
    /// <summary>The loss of each row at the state last evaluated.</summary>
    internal double[] Losses { get; private set; } = [];

    /// <inheritdoc/>
    public double Evaluate(FlatVector state, FlatVector intoCotangent)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(intoCotangent);
        using var scope = NewDisposeScope();
        var (losses, slope) = At(state, ExpressedParameters.Tensors(parameters), false);
        using var noGradient = no_grad();
        intoCotangent[0].copy_(slope);
        Losses = losses.detach().to(ScalarType.Float64).cpu().data<double>().ToArray();
        return Losses.Sum();
    }

    /// <summary>−Φ(x; θ) − ½ρ‖∇Φ(x; θ) − ∇Φ(x; θ now)‖², and its gradient: the costate of the last state is minus that slope.</summary>
    /// <param name="state">x.</param>
    /// <param name="penalty">ρ.</param>
    /// <param name="tried">θ.</param>
    /// <param name="intoGradient">Receives the gradient.</param>
    internal double Value(FlatVector state, double penalty, FlatVector tried, FlatVector intoGradient)
    {
        using var scope = NewDisposeScope();
        using var graph = enable_grad();
        var leaves = ExpressedParameters.Leaves(tried);
        var (losses, slope) = At(state, leaves, penalty > 0);
        using Scalar weight = -penalty / 2;
        var value = losses.sum().neg();
        if (penalty > 0)
        {
            var now = At(state, ExpressedParameters.Tensors(parameters), false).Slope;
            value = value.add(slope.add(now, CachedScalars.MinusOne).pow(CachedScalars.Two).sum(), weight);
        }

        return CheckedAutograd.Value(value, leaves, intoGradient);
    }

    /// <summary>The loss of each row, and the slope of their sum in x.</summary>
    private (Tensor Losses, Tensor Slope) At(FlatVector state, Tensor[] leaves, bool isDifferentiable)
    {
        using var graph = enable_grad();
        var x = state[0].detach().clone().requires_grad_();
        var losses = nn.functional.log_softmax(head.Express(x, leaves), 1).mul(classes).sum(1).neg();
        return (losses, CheckedAutograd.Gradient(losses, [x], ones_like(losses), keepGraph: true, createGraph: isDifferentiable)[0]!);
    }
}
