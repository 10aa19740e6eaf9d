using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.Adjoints;

/// <summary>
/// A cotangent on its way back through steps, with the cotangents of what the method carries besides the state, and ∂L/∂t of each
/// time: with an interval [T0, T1] all its steps stretch, t_n = T0 + s_n(T1 − T0) and h_n = w_n(T1 − T0) with the accepted s_n, w_n.
/// </summary>
internal sealed class CotangentSweep : IDisposable
{
    private readonly IDifferentiableField _field;
    private readonly OdeProblem _problem;
    private readonly FieldWorkspace _workspace;
    private readonly FlatVector _gradient;
    private readonly FlatVector[] _cotangents;
    private readonly VectorRange[] _everything;
    private readonly double[] _byTime;
    private readonly object _pullbackKey;
    private readonly object _vectorKey;
    private readonly int _stages;
    private readonly int _furtherEvaluations; // before this sweep
    private readonly int _furtherPullbacks;
    private int _pullbacks;
    private int _startEvaluations;
    private int _steps;

    public CotangentSweep(IDifferentiableField field, IDifferentiableStepper stepper, OdeProblem problem, FieldWorkspace workspace, FlatVector intoStart, FlatVector intoGradient)
    {
        (_field, _problem, _workspace, _gradient, _stages) = (field, problem, workspace, intoGradient, stepper.TapedStages);
        var start = problem.Start;
        _pullbackKey = (nameof(StepPullback), stepper, start.Layout, problem.Spec.Key);
        _vectorKey = (nameof(CotangentSweep), start.Layout, problem.Spec.Key);
        _everything = [new(0, start.Layout.Length)];
        _byTime = new double[problem.Times.Length];
        Steps = problem.Pool.Rent(_pullbackKey, () => stepper.CreatePullback(start.Layout, start.DType, start.Device));
        (_furtherEvaluations, _furtherPullbacks) = (Steps.FurtherEvaluations, Steps.FurtherPullbacks);
        _cotangents = [intoStart, .. Enumerable.Range(1, stepper.CarriedVectors - 1).Select(_ => problem.Pool.Rent(_vectorKey, start.CreateLike))];
        foreach (var cotangent in _cotangents)
        {
            cotangent.Clear();
        }
    }

    /// <summary>The pullback of a step.</summary>
    public StepPullback Steps { get; }

    /// <summary>Adds the cotangent of a state that was asked for.</summary>
    public void Arrive(FlatVector cotangent) => LinearCombination.Write(_cotangents[0], [1], [cotangent], _everything, _cotangents[0]);

    /// <summary>Pulls back through a step of an interval between two times that were asked for.</summary>
    public void Pullback(StepRecord record, int interval)
    {
        var gradient = Steps.Pullback(_field, record, _cotangents, _gradient);
        double start = _problem.Times[interval], length = _problem.Times[interval + 1] - start;
        double s = (record.Time - start) / length, w = record.Step / length;
        _byTime[interval + 1] += (gradient.Step * w) + (gradient.Time * s);
        _byTime[interval] += (gradient.Time * (1 - s)) - (gradient.Step * w);
        _pullbacks += _stages;
        _steps++;
    }

    /// <summary>Pulls what the method carries besides the state back to the state that the solve started from.</summary>
    /// <param name="first">The first step.</param>
    public void PullbackStart(StepRecord first)
    {
        var tape = _workspace.RentTape();
        try
        {
            var (byTime, evaluations) = Steps.PullbackStart(_field, tape, first.Time, first.Start[0], _cotangents, _gradient);
            _byTime[0] += byTime;
            _startEvaluations = evaluations;
        }
        finally
        {
            _workspace.ReturnTape(tape);
        }
    }

    /// <summary>The result.</summary>
    /// <param name="evaluations">Evaluations besides those of this sweep.</param>
    public SolveGradient Gradient(int evaluations) => new(_byTime, new()
    {
        Evaluations = evaluations + _startEvaluations + Steps.FurtherEvaluations - _furtherEvaluations,
        Pullbacks = _pullbacks + _startEvaluations + Steps.FurtherPullbacks - _furtherPullbacks,
        AcceptedSteps = _steps,
    });

    public void Dispose()
    {
        _problem.Pool.Return(_pullbackKey, Steps);
        foreach (var cotangent in _cotangents.Skip(1))
        {
            _problem.Pool.Return(_vectorKey, cotangent);
        }
    }
}
