using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.Steppers;

/// <summary>The linear combinations of one direction of a general linear method, on one layout.</summary>
internal sealed class GeneralLinearArithmetic
{
    private readonly GeneralLinearPass _pass;
    private readonly VectorRange[][] _evolving;
    private readonly VectorRange[][] _derivative;
    private readonly double[] _coefficients;
    private readonly int?[] _halves;

    public GeneralLinearArithmetic(GeneralLinearPass pass, int carried, VectorLayout layout)
    {
        (_pass, Carried) = (pass, carried);
        _evolving = pass.Parts.Length > 1 && SecondOrderLayout.TrySplit(layout, out var split) ? split : [layout.EvolvingRanges];
        _derivative = pass.Parts.Length == 1 ? [layout.DerivativeRanges] : _evolving;
        _coefficients = new double[carried + pass.Stages + 1];
        _halves = [.. Enumerable.Range(0, pass.Stages).Select(stage => pass.Parts.Length == 1 ? null : Reads(0, stage) == Reads(1, stage) ? (int?)null : Reads(0, stage) ? 0 : 1)];
    }

    /// <summary>Number of carried vectors.</summary>
    public int Carried { get; }

    /// <summary>Number of parts with rows of their own.</summary>
    public int Parts => _pass.Parts.Length;

    public VectorRange[] Evolving(int part) => _evolving[part];

    public VectorRange[] Derivative(int part) => _derivative[part];

    /// <summary>The row of a stage over carried vectors and the stages before it.</summary>
    public StepCoefficient[] Stage(int part, int stage) => _pass.Parts[part].Stages[stage];

    /// <summary>The row of a carried vector over carried vectors and all stages.</summary>
    public StepCoefficient[] Output(int part, int vector) => _pass.Parts[part].Outputs[vector];

    /// <summary>The time of a stage; the ends of the step are met exactly, so that a replayed stage sees the same time.</summary>
    public double Time(int stage, double time, double nextTime) => _pass.Nodes[stage] switch
    {
        0 => time,
        1 => nextTime,
        var node => time + (node * (nextTime - time)),
    };

    /// <summary>The half of a stage's derivative that anything after it reads, where that is one alone; null where it is both.</summary>
    public int? Half(int stage) => _halves[stage];

    /// <summary>Writes where a stage is evaluated.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="step">The length h.</param>
    /// <param name="vectors">The carried vectors, then the derivatives of the stages.</param>
    /// <param name="into">Receives the evolving segments.</param>
    public void WriteStage(int stage, double step, ReadOnlySpan<FlatVector> vectors, FlatVector into)
    {
        for (int part = 0; part < Parts; part++)
        {
            LinearCombination.Write(null, At(Stage(part, stage), step), vectors, _evolving[part], into);
        }
    }

    /// <summary>Writes what a carried vector becomes.</summary>
    public void WriteOutput(int vector, double step, ReadOnlySpan<FlatVector> vectors, FlatVector into)
    {
        for (int part = 0; part < Parts; part++)
        {
            LinearCombination.Write(null, At(Output(part, vector), step), vectors, _derivative[part], into);
        }
    }

    /// <summary>A row for a step of length h, valid until the next call.</summary>
    public ReadOnlySpan<double> At(StepCoefficient[] row, double step)
    {
        for (int i = 0; i < row.Length; i++)
        {
            _coefficients[i] = row[i].At(step);
        }

        return _coefficients.AsSpan(0, row.Length);
    }

    /// <summary>Whether a part has a use for a stage's derivative.</summary>
    private bool Reads(int part, int stage) =>
        _pass.Parts[part].Outputs.Any(row => row[Carried + stage].Factor != 0)
        || _pass.Parts[part].Stages.Skip(stage + 1).Any(row => row[Carried + stage].Factor != 0);
}
