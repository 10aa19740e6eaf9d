using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.OptimalControl;

/// <summary>
/// Minimise J = Φ(x_N) + Σ hL(x_n, θ_n) over the controls θ_n of layers x_{n+1} = x_n + hf(t_n, x_n, θ_n): training a residual network as optimal control.
/// </summary>
/// <remarks>E, Han, Li 2019 (arXiv 1807.01083); Li, Chen, Tai, E 2018 (1710.09513). L is the field's quadrature segments, if it has any, whose sum is added to Φ.</remarks>
public sealed record ControlProblem
{
    /// <summary>f, whose parameters are the control of the layer at work: they are overwritten. Not owned.</summary>
    public required IDifferentiableField Field { get; init; }

    /// <summary>Where the trajectories start, in the field's layout. Not owned.</summary>
    public required FlatVector Start { get; init; }

    /// <summary>The start of each layer, then the end of the last, rising.</summary>
    /// <exception cref="ArgumentException">There are fewer than two times, or they do not rise.</exception>
    public required double[] Grid
    {
        get;
        init => field = value is { Length: >= 2 } && value.Zip(value.Skip(1)).All(pair => pair.First < pair.Second)
            ? [.. value]
            : throw new ArgumentException($"A grid has two rising times at least; got [{string.Join(", ", value ?? [])}].", nameof(value));
    }

    /// <summary>Φ.</summary>
    public required ITerminalCost Terminal { get; init; }

    /// <summary>Number of layers N.</summary>
    public int Layers => Grid.Length - 1;

    /// <summary>A control for each layer, equal to the field's parameters now. They belong to the caller.</summary>
    public FlatVector[] CreateControls() => [.. Enumerable.Range(0, Layers).Select(_ => Field.Parameters.Clone())];
}
