using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Tests.Solvers.Adjoints;

/// <summary>A method that makes the steps of another and keeps its stage weights to itself: whoever uses them gets NaN.</summary>
internal sealed class HiddenWeightsStepper(IStepper inner) : IStepper
{
    public string Name => $"hidden-{inner.Name}";

    public int Order => inner.Order;

    public int EmbeddedOrder => inner.EmbeddedOrder;

    public int DenseOrder => inner.DenseOrder;

    public bool StatesStageWeights => false;

    public StepWorkspace CreateWorkspace(VectorLayout layout, ScalarType dtype, Device device) => new Workspace(inner.CreateWorkspace(layout, dtype, device));

    private sealed class Workspace(StepWorkspace inner) : StepWorkspace
    {
        public override FlatVector State => inner.State;

        public override ReadOnlySpan<FlatVector> Carried => inner.Carried;

        public override FlatVector Candidate => inner.Candidate;

        public override double Time => inner.Time;

        public override void Begin(IStageSystem system, double time, FlatVector start) => Count(() => inner.Begin(new Hiding(system), time, start));

        public override void Restart(Action<FlatVector> change) => inner.Restart(change);

        public override FlatVector StartDerivative() => Count(inner.StartDerivative);

        public override FlatVector EulerDerivative(double step) => Count(() => inner.EulerDerivative(step));

        public override void Try(double nextTime) => Count(() => inner.Try(nextTime));

        public override double ErrorNorm(ErrorNorm norm, Tolerances tolerances) => inner.ErrorNorm(norm, tolerances);

        public override void Accept(bool isLast) => inner.Accept(isLast);

        public override void Reject() => inner.Reject();

        public override StepInterpolant CreateInterpolant() => Count(inner.CreateInterpolant);

        public override void Dispose() => inner.Dispose();

        private T Count<T>(Func<T> call)
        {
            var result = call();
            Evaluations = inner.Evaluations;
            return result;
        }

        private void Count(Action call)
        {
            call();
            Evaluations = inner.Evaluations;
        }
    }

    private sealed class Hiding(IStageSystem inner) : IStageSystem
    {
        public void Evaluate(in StagePoint point, FlatVector state, FlatVector intoDerivative) => inner.Evaluate(point with { Weight = double.NaN }, state, intoDerivative);

        public void Accepted(in AcceptedStep step) => inner.Accepted(new()
        {
            Time = step.Time,
            NextTime = step.NextTime,
            Start = step.Start,
            Derivatives = step.Derivatives,
            FirstWeight = double.NaN,
            HoldsNextFirst = step.HoldsNextFirst,
            IsLast = step.IsLast,
        });

        public void Rejected() => inner.Rejected();
    }
}
