using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.Vectors;
using TorchSharp;

namespace FlowOde.Solvers.Stiffness;

/// <summary>Follows how far a step's length is from what an explicit method's stability allows, and says when to change between an explicit and an implicit method.</summary>
/// <remarks>
/// Hairer, Wanner, Solving ODEs II, IV.2: 15 steps at the bound of DOPRI5's stability (3.25 there), forgotten after 6 steps in a row that are not. One step far beyond it is enough: at loose tolerances a fast mode that
/// is not seen yet lets steps grow to where the next one throws the solution off.
/// </remarks>
internal sealed class StiffnessWatch(VectorLayout layout, torch.ScalarType dtype, torch.Device device) : IDisposable
{
    private const double Bound = 3; // of h·ρ along the negative axis: stability ends at 3.3, and control of the step keeps it a little below
    private const double FarBeyond = 10; // where a step multiplies what decays by hundreds: it passed only since that is below the tolerance yet
    private const int StiffSteps = 15;
    private const int ForgetAfter = 6;
    private const double Comfort = 1.5; // the part of the bound at which an explicit method's steps are as long as those of the implicit one
    private const int EasySteps = 10;

    private readonly FlatVector _direction = new(layout, dtype, device);
    private readonly FlatVector _moved = new(layout, dtype, device);
    private readonly FlatVector _derivative = new(layout, dtype, device);
    private readonly double _root = Math.Sqrt(dtype == torch.ScalarType.Float32 ? 1.2e-7 : 2.2e-16);
    private int _count;
    private int _others;
    private bool _hasDirection;

    public void Reset() => (_count, _others, _hasDirection) = (0, 0, false);

    /// <summary>Takes a step's length times the largest eigenvalue.</summary>
    /// <param name="isImplicit">Whether the step was one of the implicit method.</param>
    /// <param name="ratio">h·ρ.</param>
    /// <returns>Whether the other method is to go on.</returns>
    public bool AsksFor(bool isImplicit, double ratio)
    {
        if (!isImplicit && ratio > FarBeyond)
        {
            Reset();
            return true;
        }

        if (isImplicit ? ratio < Comfort : ratio > Bound)
        {
            (_count, _others) = (_count + 1, 0);
        }
        else if (++_others >= (isImplicit ? 1 : ForgetAfter))
        {
            _count = 0;
        }

        if (_count < (isImplicit ? EasySteps : StiffSteps))
        {
            return false;
        }

        Reset();
        return true;
    }

    /// <summary>The largest eigenvalue of ∂f/∂y as the power iteration has it by now; one evaluation.</summary>
    /// <param name="system">What is integrated.</param>
    /// <param name="time">The time.</param>
    /// <param name="state">y.</param>
    /// <param name="derivative">f(time, y), the direction to begin with.</param>
    /// <returns>Its size, in 1/time.</returns>
    public double Rate(IStageSystem system, double time, FlatVector state, FlatVector derivative)
    {
        var ranges = layout.EvolvingRanges;
        if (!_hasDirection)
        {
            _direction.CopyFrom(derivative);
            _hasDirection = true;
        }

        double length = Length(_direction);
        if (!(length > 0) || !double.IsFinite(length))
        {
            _hasDirection = false;
            return double.PositiveInfinity;
        }

        double move = _root * Math.Max(1, Length(state));
        _moved.CopyFrom(state);
        LinearCombination.Write(state, [move / length], [_direction], ranges, _moved);
        system.Evaluate(new(time, 0, double.NaN, EvaluationPurpose.Outside), _moved, _derivative);
        LinearCombination.Write(null, [1 / move, -1 / move], [_derivative, derivative], ranges, _direction);
        return Length(_direction);
    }

    public void Dispose()
    {
        _direction.Dispose();
        _moved.Dispose();
        _derivative.Dispose();
    }

    private double Length(FlatVector vector) => Math.Sqrt(LinearCombination.Dot(vector, vector, layout.EvolvingRanges));
}
