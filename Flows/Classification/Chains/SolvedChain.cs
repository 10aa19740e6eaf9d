using FlowOde.Solvers;
using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Flows.Classification.Chains;

/// <summary>
/// A chain that is one solve where its weights are shared, and otherwise a solve of one step for each set of weights. So a residual network
/// with shared weights is Euler's method on its block, and not something that looks like it.
/// </summary>
internal sealed class SolvedChain : Chain
{
    private readonly ChainParts _parts;
    private readonly IStepper _stepper;
    private readonly IStepSizeController _controller;
    private readonly FrozenGrid[]? _grids;

    private SolvedChain(ChainParts parts, IStepper stepper, IStepSizeController controller)
    {
        if (parts.Solve.RecordedGrids is { } grids)
        {
            _grids = grids.Count == parts.Fields.Count
                ? [.. grids.Select(grid => new FrozenGrid(grid, [grid[0], grid[^1]]))]
                : throw new ArgumentException($"There are {grids.Count} grids for a chain of {parts.Fields.Count} solves; give one a solve.", nameof(parts));
        }

        (_parts, _stepper, _controller) = (parts, stepper, controller);
    }

    /// <summary>A chain of N steps of a method.</summary>
    internal static SolvedChain Stepped(ChainParts parts, IStepper stepper) => new(parts, stepper, new ConstantStep(parts.Fields.Count == 1 ? parts.Depth : 1));

    /// <summary>A chain whose solver chooses the steps.</summary>
    internal static SolvedChain Solved(ChainParts parts) => new(parts, parts.Solve.Stepper, parts.Solve.Controller);

    internal override VectorLayout StateLayout(long rows) => _parts.Fields[0].StateLayout(rows);

    internal override RecordedChain Record(FlatVector start, TapeBudget budget)
    {
        var solves = new List<RecordedSolve>();
        try
        {
            for (int i = 0; i < _parts.Fields.Count; i++)
            {
                solves.Add(_parts.Solve.Adjoint.Record(Problem(i, i == 0 ? start : solves[^1].Final) with { Controller = _grids?[i] ?? _controller }, budget));
            }

            return new Recorded(_parts, solves);
        }
        catch
        {
            solves.ForEach(solve => solve.Dispose());
            throw;
        }
    }

    internal override (FlatVector Final, int Evaluations) Run(FlatVector start)
    {
        int evaluations = 0;
        var state = start.Clone();
        try
        {
            for (int i = 0; i < _parts.Fields.Count; i++)
            {
                using var solution = OdeSolver.Solve(Problem(i, state));
                state.CopyFrom(solution.Final);
                evaluations += solution.Statistics.Evaluations;
            }

            return (state, evaluations);
        }
        catch
        {
            state.Dispose();
            throw;
        }
    }

    private OdeProblem Problem(int i, FlatVector start) => new()
    {
        Field = _parts.Fields[i],
        Stepper = _stepper,
        Controller = _controller,
        Norm = _parts.Solve.Norm,
        Limits = _parts.Solve.Limits,
        Start = start,
        Times = [(double)i / _parts.Fields.Count, (i + 1.0) / _parts.Fields.Count],
        Pool = _parts.Pool,
    };

    private sealed class Recorded(ChainParts parts, List<RecordedSolve> solves) : RecordedChain
    {
        internal override FlatVector Final => solves[^1].Final;

        internal override SolveStatistics Statistics => solves.Select(solve => solve.Statistics).Aggregate(SolveStatistics.Add);

        internal override IReadOnlyList<IReadOnlyList<double>> Grids => [.. solves.Select(solve => solve.Grid)];

        internal override (SolveStatistics Statistics, double Drift) Pullback(FlatVector cotangent, FlatVector intoStart, FlatVector intoGradient)
        {
            using var carried = cotangent.Clone();
            var (total, drift) = (new SolveStatistics(), 0.0);
            for (int i = solves.Count - 1; i >= 0; i--)
            {
                var gradient = solves[i].Pullback([carried], intoStart, parts.GradientOf(intoGradient, i));
                (total, drift) = (total + gradient.Statistics, Math.Max(drift, gradient.Drift));
                carried.CopyFrom(intoStart);
            }

            return (total, drift);
        }

        public override void Dispose() => solves.ForEach(solve => solve.Dispose());
    }
}
