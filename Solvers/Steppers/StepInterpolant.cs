using FlowOde.Solvers.Rows;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.Steppers;

/// <summary>The dense output of one step: y(t + θh) = y0 + c1 θ + c2 θ² + …</summary>
public sealed class StepInterpolant : IDisposable
{
    private readonly FlatVector _start;
    private readonly FlatVector[] _coefficients;

    internal StepInterpolant(double time, double nextTime, FlatVector start, FlatVector[] coefficients) =>
        (Time, NextTime, _start, _coefficients) = (time, nextTime, start, coefficients);

    /// <summary>The start of the step.</summary>
    public double Time { get; }

    /// <summary>The end of the step.</summary>
    public double NextTime { get; }

    /// <summary>Number of vectors that this keeps.</summary>
    internal int Vectors => _coefficients.Length + 1;

    /// <summary>Writes the state at a time within the step.</summary>
    /// <param name="time">A time from <see cref="Time"/> to <see cref="NextTime"/>.</param>
    /// <param name="intoState">Receives y(time), in the layout of the state.</param>
    public void Evaluate(double time, FlatVector intoState)
    {
        ArgumentNullException.ThrowIfNull(intoState);
        double theta = (time - Time) / (NextTime - Time);
        Span<double> powers = stackalloc double[_coefficients.Length];
        for (int i = 0; i < powers.Length; i++)
        {
            powers[i] = i == 0 ? theta : powers[i - 1] * theta;
        }

        intoState.CopyFrom(_start);
        LinearCombination.Write(_start, powers, _coefficients, _start.Layout.DerivativeRanges, intoState);
    }

    /// <summary>The step of a row by itself, on a clock of its own.</summary>
    /// <param name="place">The row.</param>
    /// <param name="layout">The layout of one row.</param>
    /// <param name="time">The start of the row's step.</param>
    /// <param name="nextTime">Its end.</param>
    /// <returns>A new object, which belongs to the caller.</returns>
    internal StepInterpolant OfRow(long place, VectorLayout layout, double time, double nextTime)
    {
        FlatVector Row(FlatVector vector)
        {
            var row = new FlatVector(layout, vector.DType, vector.Device);
            RowSelection.Gather(vector, [place], row);
            return row;
        }

        return new(time, nextTime, Row(_start), [.. _coefficients.Select(Row)]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _start.Dispose();
        foreach (var coefficient in _coefficients)
        {
            coefficient.Dispose();
        }
    }
}
