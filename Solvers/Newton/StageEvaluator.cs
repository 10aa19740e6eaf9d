using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.Vectors;
using TorchSharp;

namespace FlowOde.Solvers.Newton;

/// <summary>A system with products by its Jacobian: in closed form where it has them, else by differences. Counts evaluations.</summary>
internal sealed class StageEvaluator(VectorLayout layout, torch.ScalarType dtype, torch.Device device) : IDisposable
{
    private readonly FlatVector _shifted = new(layout, dtype, device);
    private readonly FlatVector _derivative = new(layout, dtype, device);

    /// <summary>What is evaluated.</summary>
    public IStageSystem System { get; set; } = null!;

    /// <summary>Evaluations of the system, products in closed form included.</summary>
    public int Evaluations { get; set; }

    /// <summary>The machine epsilon of the state.</summary>
    public double Epsilon { get; } = dtype == torch.ScalarType.Float32 ? 1.1920929e-7 : 2.220446049250313e-16;

    public void Evaluate(in StagePoint point, FlatVector state, FlatVector into)
    {
        Evaluations++;
        System.Evaluate(point, state, into);
    }

    /// <summary>Writes (∂f/∂y)v into the evolving entries.</summary>
    /// <param name="point">The point.</param>
    /// <param name="state">y.</param>
    /// <param name="derivative">f there.</param>
    /// <param name="direction">v; only its evolving entries are read.</param>
    /// <param name="into">Receives the product.</param>
    public void Multiply(in StagePoint point, FlatVector state, FlatVector derivative, FlatVector direction, FlatVector into)
    {
        if (TryMultiply(point, state, direction, into))
        {
            return;
        }

        // The length of the shift balances round-off of f with its curvature (Knoll, Keyes 2004, J. Comput. Phys. 193:357).
        var ranges = layout.EvolvingRanges;
        double length = Math.Sqrt(LinearCombination.Dot(direction, direction, ranges)), size = Math.Sqrt(LinearCombination.Dot(state, state, ranges));
        double shift = length == 0 ? 1 : Math.Sqrt(Epsilon) * (1 + size) / length;
        _shifted.CopyFrom(state); // constants
        LinearCombination.Write(state, [shift], [direction], ranges, _shifted);
        Evaluate(point, _shifted, _derivative);
        LinearCombination.Write(null, [1 / shift, -1 / shift], [_derivative, derivative], ranges, into);
    }

    /// <summary>The same in closed form, where the system has it.</summary>
    public bool TryMultiply(in StagePoint point, FlatVector state, FlatVector direction, FlatVector into)
    {
        bool isKnown = System.Tangent(point, state, direction, into);
        Evaluations += isKnown ? 1 : 0;
        return isKnown;
    }

    public void Dispose()
    {
        _shifted.Dispose();
        _derivative.Dispose();
    }
}
