using FlowOde.Solvers;
using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Tests.Cli.Certifying;

/// <summary>The direct gradient, of which parameters and start are off by a factor.</summary>
internal sealed class BrokenAdjoint(double byParameters, double byStart) : IAdjoint
{
    public string Name => "broken";

    public bool Supports(IStepper stepper, out string reason) => new DirectAdjoint().Supports(stepper, out reason);

    public RecordedSolve Record(OdeProblem problem, TapeBudget budget) => new Broken(new DirectAdjoint().Record(problem, budget), byParameters, byStart);

    private sealed class Broken(RecordedSolve inner, double byParameters, double byStart) : RecordedSolve
    {
        public override IReadOnlyList<FlatVector> States => inner.States;

        public override SolveStatistics Statistics => inner.Statistics;

        public override IReadOnlyList<double> Grid => inner.Grid;

        public override void Dispose() => inner.Dispose();

        private protected override SolveGradient PullbackOnce(ReadOnlySpan<FlatVector> stateCotangents, FlatVector intoStart, FlatVector intoGradient)
        {
            var result = inner.Pullback(stateCotangents, intoStart, intoGradient);
            using TorchSharp.Scalar parameters = 1 + byParameters, start = 1 + byStart;
            intoGradient.Flat.mul_(parameters);
            intoStart.Flat.mul_(start);
            return result;
        }
    }
}
