using FlowOde.Flows.TraceEstimators;
using FlowOde.Solvers;
using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Flows.Composition;

/// <summary>
/// A recorded solve of a <see cref="Cnf"/>: its state is [values | context, if any | change of log-density | one integral a regulariser]. A regulariser is an
/// integral over |dt|: where the clock runs from the data back to the base, the solve has its negative.
/// </summary>
internal sealed class RecordedCnf(RecordedSolve solve, TapeBudget budget, FlatVector start, Directions directions, Cnf flow, int firstChannel, int regularizers, bool runsBack) : RecordedFlow
{
    private readonly Tensor[] _integrals = [.. Enumerable.Range(firstChannel + 1, regularizers).Select(i => (runsBack ? solve.Final[i].detach().neg() : solve.Final[i].detach()).DetachFromDisposeScope())];
    private bool _isDisposed;

    public override Tensor Values => solve.Final[0];

    public override Tensor DeltaLogDensity => solve.Final[firstChannel];

    public override IReadOnlyList<Tensor> Regularizers => _integrals;

    public override SolveStatistics Statistics => solve.Statistics;

    public override IReadOnlyList<IReadOnlyList<double>> Grids => [solve.Grid];

    public override long KeptBytes => budget.Peak;

    public override FlowGradient Pullback(FlowCotangent cotangent, FlatVector intoGradient)
    {
        ArgumentNullException.ThrowIfNull(cotangent);
        ArgumentNullException.ThrowIfNull(intoGradient);
        if (!intoGradient.Layout.Equals(flow.Parameters.Layout))
        {
            throw new ArgumentException("The gradient has another layout than the parameters of this flow.", nameof(intoGradient));
        }

        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var (end, begin) = (flow.RentState(start), flow.RentState(start));
        try
        {
            end[0].copy_(cotangent.Values);
            end[firstChannel].copy_(cotangent.DeltaLogDensity);
            for (int i = 0; i < regularizers; i++)
            {
                end[firstChannel + 1 + i].copy_(cotangent.Regularizers[i]);
                if (runsBack)
                {
                    end[firstChannel + 1 + i].neg_();
                }
            }

            var result = solve.Pullback([end], begin, flow.NetworkGradient(intoGradient));
            flow.AddClockGradient(result.TimeCotangents[0], intoGradient); // the solve starts at the data
            return new(begin[0].clone().MoveToOuterDisposeScope(), result.Statistics) { Drift = result.Drift };
        }
        finally
        {
            flow.ReturnState(end);
            flow.ReturnState(begin);
        }
    }

    public override void Dispose()
    {
        Array.ForEach(_integrals, integral => integral.Dispose());
        solve.Dispose();
        directions.Dispose();
        if (!_isDisposed)
        {
            _isDisposed = true;
            flow.ReturnState(start);
        }
    }
}
