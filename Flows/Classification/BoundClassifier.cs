using FlowOde.Flows.Classification.Blocks;
using FlowOde.Flows.Classification.Chains;
using FlowOde.Flows.Networks;
using FlowOde.Flows.Objectives;
using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;
using TorchSharp;
using static TorchSharp.torch;

namespace FlowOde.Flows.Classification;

/// <summary>A classifier with numbers. Thread-safe as long as the parameters do not change.</summary>
public sealed class BoundClassifier
{
    private readonly OdeClassifier _model;
    private readonly FlatVector _parameters;
    private readonly Chain _chain;
    private readonly ClassifierSolve _solve;
    private readonly ExpressedMap _stem;
    private readonly ExpressedMap _head;
    private readonly long _headOffset;

    internal BoundClassifier(OdeClassifier model, FlatVector parameters, Chain chain, ClassifierSolve solve)
    {
        (_model, _parameters, _chain, _solve) = (model, parameters, chain, solve);
        (_stem, _head, _headOffset) = (model.Stem, model.Head, model.Offsets[^2]);
    }

    /// <summary>What the classifier says of rows.</summary>
    /// <param name="rows">The rows in the data's own units, [B, D], of the parameters' type and device. Not changed.</param>
    /// <returns>Their scores; belong to the caller.</returns>
    /// <exception cref="Solvers.OdeSolveException">A solve cannot go on.</exception>
    public ClassScores Score(Tensor rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        using var start = new FlatVector(_chain.StateLayout(rows.size(0)), _parameters.DType, _parameters.Device);
        Begin(_stem.Express(_model.Standardised(rows), Slices(_stem, 0)), start);
        var (final, evaluations) = _chain.Run(start);
        using (final)
        {
            return new(_head.Express(final[0], Slices(_head, _headOffset)).alias().MoveToOuterDisposeScope(), evaluations);
        }
    }

    /// <summary>The mean cross-entropy of rows, in nats, and its gradient.</summary>
    /// <param name="rows">The rows in the data's own units, [B, D]. Not changed.</param>
    /// <param name="classes">The class of each as a unit vector, [B, classes]. Not changed.</param>
    /// <param name="globalRows">Rows of the whole batch, of which these are a part: what sums are divided by.</param>
    /// <param name="intoGradient">The gradient of all parameters; is added to.</param>
    /// <exception cref="Solvers.OdeSolveException">A solve cannot go on.</exception>
    public ObjectiveResult Gradient(Tensor rows, Tensor classes, long globalRows, FlatVector intoGradient)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(classes);
        ArgumentNullException.ThrowIfNull(intoGradient);
        using var scope = NewDisposeScope();
        Tensor[] stemLeaves = Leaves(_stem, 0), headLeaves = Leaves(_head, _headOffset);
        using var start = new FlatVector(_chain.StateLayout(rows.size(0)), _parameters.DType, _parameters.Device);
        Tensor begun;
        using (enable_grad())
        {
            begun = _stem.Express(_model.Standardised(rows), stemLeaves);
        }

        using var noGradient = no_grad();
        Begin(begun.detach(), start);
        var budget = new TapeBudget(_solve.TapeBytes);
        using var record = _chain.Record(start, budget);
        using var cotangent = start.CreateLike();
        double[] losses = Head(record.Final, classes, headLeaves, globalRows, cotangent, intoGradient);
        using var atStart = start.CreateLike();
        var (backward, drift) = record.Pullback(cotangent, atStart, intoGradient);
        Add(CheckedAutograd.Gradient(begun, stemLeaves, atStart[0].narrow(1, 0, begun.size(1))), intoGradient, _stem, 0);
        double sum = losses.Sum();
        return new()
        {
            Loss = sum / globalRows,
            SumScore = sum,
            SumSquaredScore = losses.Sum(loss => loss * loss),
            Rows = rows.size(0),
            Forward = record.Statistics,
            Backward = backward,
            Grids = record.Grids,
            KeptBytes = budget.Peak,
            Drift = drift,
        };
    }

    /// <summary>The loss of each row; writes its cotangent of the last state, and adds the head's gradient.</summary>
    private double[] Head(FlatVector state, Tensor classes, Tensor[] leaves, long globalRows, FlatVector intoCotangent, FlatVector intoGradient)
    {
        using var graph = enable_grad();
        var last = state[0].detach().clone().requires_grad_();
        var losses = nn.functional.log_softmax(_head.Express(last, leaves), 1).mul(classes).sum(1).neg();
        using Scalar share = 1.0 / globalRows;
        var gradients = CheckedAutograd.Gradient(losses, [last, .. leaves], full_like(losses, share));
        using var noGradient = no_grad();
        intoCotangent[0].copy_(gradients[0]!);
        Add(gradients.AsSpan(1), intoGradient, _head, _headOffset);
        return losses.detach().to(ScalarType.Float64).cpu().data<double>().ToArray();
    }

    /// <summary>Writes what the stem made; channels beyond stay zero.</summary>
    private static void Begin(Tensor made, FlatVector intoStart) => intoStart[0].narrow(1, 0, made.size(1)).copy_(made);

    private Tensor[] Slices(ExpressedMap map, long offset) => ExpressedParameters.Tensors(_parameters.Slice(map.Parameters.Layout, offset));

    private Tensor[] Leaves(ExpressedMap map, long offset) => ExpressedParameters.Leaves(_parameters.Slice(map.Parameters.Layout, offset));

    private static void Add(ReadOnlySpan<Tensor?> gradients, FlatVector intoGradient, ExpressedMap map, long offset) =>
        CheckedAutograd.Add(gradients, 1, intoGradient.Slice(map.Parameters.Layout, offset));
}
