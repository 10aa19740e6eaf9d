using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Solvers.Stochastic;

/// <summary>One step of a stochastic solve, as a method sees it, with the memory that the solve makes all its steps in. Not thread-safe.</summary>
public sealed class SdeStep : IDisposable
{
    private readonly FlatVector[] _scratch;
    private readonly VectorLayout _layout;
    private (IDiffusionField Field, FieldTape Tape)? _system;

    internal SdeStep(VectorLayout layout, ScalarType dtype, Device device, int scratch)
    {
        _layout = layout;
        (State, Candidate, Noise) = (new(layout, dtype, device), new(layout, dtype, device), new(layout, dtype, device));
        _scratch = [.. Enumerable.Range(0, scratch).Select(_ => new FlatVector(layout, dtype, device))];
    }

    /// <summary>Where the step starts.</summary>
    public double Time { get; private set; }

    /// <summary>Where it ends; earlier than the start in a solve backwards in time.</summary>
    public double NextTime { get; private set; }

    /// <summary>The length with its sign.</summary>
    public double Length => NextTime - Time;

    /// <summary>The equation.</summary>
    public IDiffusionField Field => System.Field;

    /// <summary>y at the start. Belongs to the step and is not written to.</summary>
    public FlatVector State { get; private set; }

    /// <summary>ΔW = W(<see cref="NextTime"/>) − W(<see cref="Time"/>) in the evolving segments. Belongs to the step and is not written to.</summary>
    public FlatVector Noise { get; }

    /// <summary>Receives y at the end; constant segments are in it already. Belongs to the step.</summary>
    public FlatVector Candidate { get; private set; }

    /// <summary>Evaluations of drift, diffusion and its derivative so far, in all steps of the solve.</summary>
    public int Evaluations { get; private set; }

    private (IDiffusionField Field, FieldTape Tape) System => _system ?? throw new InvalidOperationException("No solve has begun, so that there is no equation.");

    /// <summary>A vector with any content in its evolving and quadrature segments, for the method's own use. Belongs to the step; constant segments are the state's.</summary>
    /// <param name="index">0 to the method's <see cref="ISdeStepper.Scratch"/> − 1.</param>
    public FlatVector Scratch(int index) => _scratch[index];

    /// <summary>Writes f(t, y) into the evolving and quadrature segments.</summary>
    public void Drift(double time, FlatVector state, FlatVector intoDrift)
    {
        Evaluations++;
        System.Field.Evaluate(time, state, System.Tape, intoDrift);
    }

    /// <summary>Writes g(t, y) into the evolving segments.</summary>
    public void Diffusion(double time, FlatVector state, FlatVector intoDiffusion)
    {
        Evaluations++;
        System.Field.Diffusion(time, state, System.Tape, intoDiffusion);
    }

    /// <summary>Writes (∂g/∂y)v into the evolving segments, if the field has it in closed form.</summary>
    /// <returns>Whether it has.</returns>
    public bool TryDiffusionTangent(double time, FlatVector state, FlatVector direction, FlatVector intoTangent)
    {
        if (System.Field is not IDiffusionTangentField tangents)
        {
            return false;
        }

        Evaluations++;
        tangents.DiffusionTangent(time, state, direction, System.Tape, intoTangent);
        return true;
    }

    /// <summary>Writes origin + Σ coefficients[j]·terms[j] into the evolving and quadrature segments.</summary>
    public void Combine(FlatVector origin, ReadOnlySpan<double> coefficients, ReadOnlySpan<FlatVector> terms, FlatVector into) =>
        LinearCombination.Write(origin, coefficients, terms, _layout.DerivativeRanges, into);

    /// <summary>Writes origin + Σ coefficients[j]·terms[j] into the evolving segments; an origin of null is zero.</summary>
    public void CombineEvolving(FlatVector? origin, ReadOnlySpan<double> coefficients, ReadOnlySpan<FlatVector> terms, FlatVector into) =>
        LinearCombination.Write(origin, coefficients, terms, _layout.EvolvingRanges, into);

    /// <summary>Adds weight · a · b, entry by entry, in the evolving segments.</summary>
    public void AddProduct(double weight, FlatVector a, FlatVector b, FlatVector into) => EntryProduct.Add(weight, a, b, _layout.EvolvingRanges, into);

    /// <summary>Begins a solve.</summary>
    internal void Begin(IDiffusionField field, FieldTape tape, double time, FlatVector start)
    {
        (_system, Time, NextTime, Evaluations) = ((field, tape), time, time, 0);
        foreach (var vector in (FlatVector[])[State, Candidate, .. _scratch])
        {
            vector.CopyFrom(start); // constants are read from whatever vector a field is given
        }
    }

    /// <summary>Says where the next step ends; the noise is written by the caller.</summary>
    internal void Aim(double nextTime) => NextTime = nextTime;

    /// <summary>Makes the candidate the state.</summary>
    internal void Accept() => (State, Candidate, Time) = (Candidate, State, NextTime);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var vector in (FlatVector[])[State, Candidate, Noise, .. _scratch])
        {
            vector.Dispose();
        }
    }
}
