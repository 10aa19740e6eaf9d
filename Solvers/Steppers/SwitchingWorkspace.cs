using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Stiffness;
using FlowOde.Solvers.Vectors;
using TorchSharp;

namespace FlowOde.Solvers.Steppers;

/// <summary>The solve memory of <see cref="SwitchingMethod"/>: that of both methods, of which one is active.</summary>
internal sealed class SwitchingWorkspace : StepWorkspace
{
    private readonly RungeKuttaWorkspace _explicit;
    private readonly ImplicitRungeKuttaWorkspace _implicit;
    private readonly StiffnessWatch _watch;
    private IStageSystem _system = null!;
    private int _evaluationsBefore; // of the methods that were active before, and of the watch
    private bool _isImplicit;
    private bool _isToSwitch;

    public SwitchingWorkspace(SwitchingMethod method, VectorLayout layout, torch.ScalarType dtype, torch.Device device) =>
        (_explicit, _implicit, _watch) = (new(method.Explicit, layout, dtype, device), new(method.Implicit, layout, dtype, device), new(layout, dtype, device));

    public override FlatVector State => Active.State;

    public override ReadOnlySpan<FlatVector> Carried => Active.Carried;

    public override FlatVector Candidate => Active.Candidate;

    public override double Time => Active.Time;

    public override string? Failure => Active.Failure;

    /// <summary>Whether the next step is one of the implicit method.</summary>
    internal bool IsImplicit => _isImplicit != _isToSwitch;

    private StepWorkspace Active => _isImplicit ? _implicit : _explicit;

    public override void Begin(IStageSystem system, double time, FlatVector start)
    {
        (_system, _isImplicit, _isToSwitch, _evaluationsBefore) = (system, false, false, 0);
        _watch.Reset();
        _explicit.Begin(system, time, start);
        Count();
    }

    public override void Restart(Action<FlatVector> change) => Active.Restart(change);

    public override FlatVector StartDerivative() => Counted(Active.StartDerivative());

    public override FlatVector EulerDerivative(double step) => Counted(Active.EulerDerivative(step));

    public override void Try(double nextTime)
    {
        if (_isToSwitch)
        {
            Switch();
        }

        Active.Tolerances = Tolerances;
        Active.Try(nextTime);
        Count();
    }

    public override double ErrorNorm(ErrorNorm norm, Tolerances tolerances)
    {
        double error = Active.ErrorNorm(norm, tolerances);
        Count();
        return error;
    }

    public override void Accept(bool isLast)
    {
        double before = Time;
        double ratio = _isImplicit ? 0 : _explicit.StiffnessRatio();
        Active.Accept(isLast);
        if (_isImplicit && !isLast)
        {
            ratio = Math.Abs(Time - before) * _watch.Rate(_system, Time, State, _implicit.StartDerivative());
            _evaluationsBefore += double.IsFinite(ratio) ? 1 : 0;
        }

        _isToSwitch = _watch.AsksFor(_isImplicit, ratio);
        Count();
    }

    public override void Reject() => Active.Reject();

    public override StepInterpolant CreateInterpolant()
    {
        var interpolant = Active.CreateInterpolant();
        Count();
        return interpolant;
    }

    public override void Dispose()
    {
        _explicit.Dispose();
        _implicit.Dispose();
        _watch.Dispose();
    }

    private void Switch()
    {
        var (state, time) = (State, Time);
        _evaluationsBefore += Active.Evaluations;
        (_isImplicit, _isToSwitch) = (!_isImplicit, false);
        Active.Begin(_system, time, state);
    }

    private FlatVector Counted(FlatVector result)
    {
        Count();
        return result;
    }

    private void Count() => Evaluations = _evaluationsBefore + Active.Evaluations;
}
