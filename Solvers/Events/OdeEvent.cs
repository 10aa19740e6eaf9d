using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Solvers.Events;

/// <summary>Something that happens where a function g(t, y) of the solution changes its sign.</summary>
/// <remarks>
/// g is read at the ends of each accepted step and at three times between, from the dense output (Hairer, Nørsett, Wanner, Solving ODEs I, II.6): of changes that
/// lie closer together than a quarter of a step, two may go unseen. Where g is zero at the start the solution leaves the event, and nothing happens there;
/// where it only touches zero at a time that is read, that counts.
/// </remarks>
public sealed record OdeEvent
{
    /// <summary>What messages call it.</summary>
    public required string Name { get; init; }

    /// <summary>g(t, y), of any unit. The state is not to be changed or kept.</summary>
    public required Func<double, FlatVector, double> Value { get; init; }

    /// <summary>
    /// Overwrites its last argument with ∂g/∂y, in the layout of the state, and returns ∂g/∂t. Needed for gradients of event times alone.
    /// </summary>
    /// <value>Null by default, for central differences of <see cref="Value"/>: two evaluations for each entry of the state.</value>
    public Func<double, FlatVector, FlatVector, double>? Gradient { get; init; }

    /// <summary>Which changes of sign count.</summary>
    /// <value><see cref="EventDirection.Either"/> by default.</value>
    public EventDirection Direction { get; init; }

    /// <summary>Whether the solve ends where it happens.</summary>
    /// <value>True by default.</value>
    public bool IsTerminal { get; init; } = true;

    /// <summary>g(t, y), which is a number.</summary>
    /// <exception cref="OdeSolveException">It is not.</exception>
    internal double At(double time, FlatVector state, double step, int evaluations) => Number(Value(time, state), time, step, evaluations);

    /// <summary>A value of g, which is a number.</summary>
    /// <exception cref="OdeSolveException">It is not.</exception>
    internal double Number(double value, double time, double step, int evaluations) => double.IsNaN(value)
        ? throw new OdeSolveException($"The function of the event '{Name}' is not a number, so that nobody can say whether it happened. Let it give a number for every state of the solution.", time, step, evaluations)
        : value;

    /// <summary>Writes ∂g/∂y and returns ∂g/∂t.</summary>
    internal double Differentiate(double time, FlatVector state, FlatVector intoState)
    {
        intoState.Clear();
        if (Gradient is { } gradient)
        {
            return gradient(time, state, intoState);
        }

        double share = Math.Cbrt(state.DType == ScalarType.Float32 ? 1.2e-7 : 2.2e-16);
        double h = share * Math.Max(1, Math.Abs(time));
        double byTime = (Value(time + h, state) - Value(time - h, state)) / ((time + h) - (time - h));
        var (entries, slopes) = (new double[state.Layout.Length], new double[state.Layout.Length]);
        state.CopyTo(entries);
        using var scope = NewDisposeScope();
        using var moved = state.Clone();
        double At(long i, double value)
        {
            using var one = moved.Flat.narrow(0, i, 1);
            using TorchSharp.Scalar number = value;
            one.fill_(number);
            return Value(time, moved);
        }

        foreach (var range in state.Layout.Segments)
        {
            for (long i = range.Offset; i < range.Offset + range.Length; i++)
            {
                double width = share * Math.Max(1, Math.Abs(entries[i]));
                slopes[i] = (At(i, entries[i] + width) - At(i, entries[i] - width)) / (2 * width);
                _ = At(i, entries[i]);
            }
        }

        intoState.Flat.copy_(tensor(slopes));
        return byTime;
    }

    /// <summary>Whether a change of sign counts.</summary>
    internal bool Counts(int before, int after) => Direction switch
    {
        EventDirection.Rising => after > before,
        EventDirection.Falling => after < before,
        _ => true,
    };
}
