using FlowOde.Flows.Composition;
using FlowOde.Flows.Layers;
using FlowOde.Flows.Objectives;
using FlowOde.Flows.Randomness;
using FlowOde.Flows.Training;
using FlowOde.Solvers;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;
using TorchSharp;
using static TorchSharp.torch;

namespace FlowOde.Flows.Matching;

/// <summary>
/// The mean squared error, per dimension, of a flow's velocity against that of a path from noise to data: no equation is solved. The flow is one continuous part
/// behind closed-form maps without parameters; its clock may run either way, the error is that in the path's own time.
/// </summary>
/// <remarks>Lipman et al. 2023 (2210.02747), Theorem 2; Tong et al. 2024 (2302.00482), Theorem 3.2: the gradient is that of matching the marginal velocity.</remarks>
/// <param name="path">The path.</param>
/// <param name="times">At which times it is compared.</param>
/// <param name="contextDropout">The share of rows whose context is left out, so that the same network learns the velocity without; from 0 to 1.</param>
public sealed class FlowMatching(IProbabilityPath path, ITimeSampling times, double contextDropout = 0) : IObjective
{
    private readonly double _dropout = contextDropout is >= 0 and <= 1
        ? contextDropout
        : throw new ArgumentOutOfRangeException(nameof(contextDropout), contextDropout, "The share of rows without context lies in [0, 1].");

    /// <summary>The noise of rows: standard normal, a function of seed, step and row.</summary>
    /// <param name="batch">The rows.</param>
    /// <param name="draw">What draws are keyed by.</param>
    /// <returns>[batch, dimension]; belongs to the caller's scope.</returns>
    public static Tensor DrawNoise(TrainingBatch batch, FlowDraw draw)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(draw);
        return Normals(batch.Rows, (int)batch.Values.shape[1], draw, Draws.Noise, batch.Values);
    }

    /// <summary>The one continuous part of a flow, and its rows there.</summary>
    /// <param name="flow">The flow.</param>
    /// <param name="data">Rows of data, [batch, dimension].</param>
    /// <param name="draw">What draws are keyed by.</param>
    /// <returns>The part, and the rows before it, which belong to the caller's scope.</returns>
    /// <exception cref="ArgumentException">The flow has another shape; the message says which.</exception>
    public static (Cnf Part, Tensor Rows) Reduce(IFlow flow, Tensor data, FlowDraw draw)
    {
        if ((flow as SequentialFlow)?.Parts is not { } parts || parts[^1] is not Cnf part || parts.SkipLast(1).Any(other => other is Cnf or MultiscaleFlow || other.Parameters.Layout.Length > 0))
        {
            throw new ArgumentException($"Flow matching trains one continuous flow behind closed-form maps; found {Describe(flow)}. Use one block, one scale and no norms, or train by likelihood.", nameof(flow));
        }

        return (part, parts.SkipLast(1).Aggregate(data, (rows, map) => map.ToBase(rows, draw).Values));
    }

    /// <inheritdoc/>
    public ObjectiveResult Evaluate(IFlow flow, TrainingBatch batch, FlowDraw draw, long globalRows, FlatVector intoGradient)
    {
        ArgumentNullException.ThrowIfNull(flow);
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(draw);
        ArgumentNullException.ThrowIfNull(intoGradient);
        using var scope = NewDisposeScope();
        var (point, velocity, at, context, cnf) = Targets(flow, batch, draw);
        var (network, clock) = (cnf.Network, cnf.Clock);
        double span = clock.DataTime - clock.BaseTime;
        using var leaves = ParameterLeaves.CopyOf(network.Parameters);
        Tensor rowLoss, loss;
        using (enable_grad())
        {
            using Scalar scale = span, shift = clock.BaseTime;
            var found = network.Express(at.mul(scale).add(shift, CachedScalars.One), new DualExpression(point, null), context, leaves.Tensors).Values;
            rowLoss = found.mul(scale).sub(velocity).pow(CachedScalars.Two).mean([1]);
            using Scalar share = 1.0 / globalRows;
            loss = rowLoss.sum() * share;
        }

        var gradients = CheckedAutograd.Gradient(loss, leaves.Tensors, ones_like(loss));
        using var noGradient = no_grad();
        var into = cnf.NetworkGradient(intoGradient.Slice(cnf.Parameters.Layout, ((SequentialFlow)flow).OffsetOf(cnf)));
        for (int i = 0; i < gradients.Length; i++)
        {
            if (gradients[i] is { } gradient)
            {
                into[i].add_(gradient, CachedScalars.One);
            }
        }

        var each = rowLoss.detach().to(ScalarType.Float64);
        return new()
        {
            Loss = loss.detach().to(ScalarType.Float64).item<double>(),
            SumScore = each.sum().item<double>(),
            SumSquaredScore = each.dot(each).item<double>(),
            Rows = batch.Rows.Length,
            Forward = new SolveStatistics { Evaluations = 1 },
            Backward = new SolveStatistics { Pullbacks = 1 },
        };
    }

    private (Tensor Point, Tensor Velocity, Tensor Time, Tensor? Context, Cnf Part) Targets(IFlow flow, TrainingBatch batch, FlowDraw draw)
    {
        using var noGradient = no_grad();
        var (cnf, data) = Reduce(flow, batch.Values, draw);
        var noise = batch.Noise ?? DrawNoise(batch, draw);
        double[] when = Array.ConvertAll(times.Draw(batch.Rows, Stream(draw, Draws.Time)), time => path.Span.First + (time * (path.Span.Last - path.Span.First)));
        PathCoefficients[] at = Array.ConvertAll(when, path.At);
        var point = data.mul(Column(at, here => here.Data, data)).add_(noise.mul(Column(at, here => here.Noise, data)), CachedScalars.One);
        var velocity = data.mul(Column(at, here => here.DataRate, data)).add_(noise.mul(Column(at, here => here.NoiseRate, data)), CachedScalars.One);
        if (path.HasSpread)
        {
            var spread = Normals(batch.Rows, (int)data.shape[1], draw, Draws.Spread, data);
            point.add_(spread.mul(Column(at, here => here.Spread, data)), CachedScalars.One);
            velocity.add_(spread.mul(Column(at, here => here.SpreadRate, data)), CachedScalars.One);
        }

        return (point, velocity, tensor(when).to(data.dtype).to(data.device), Kept(batch, draw), cnf);
    }

    /// <summary>The context with some rows left out.</summary>
    private Tensor? Kept(TrainingBatch batch, FlowDraw draw)
    {
        if (batch.Context is null || _dropout == 0)
        {
            return batch.Context;
        }

        var chance = new double[batch.Rows.Length];
        Stream(draw, Draws.Dropout).FillUniform<double>(batch.Rows, 1, chance);
        var kept = tensor(Array.ConvertAll(chance, value => value < _dropout ? 0.0 : 1), chance.Length, 1);
        return batch.Context * kept.to(batch.Context.dtype).to(batch.Context.device);
    }

    private static Tensor Normals(long[] rows, int dimension, FlowDraw draw, Draws kind, Tensor like)
    {
        using var scope = NewDisposeScope();
        if (like.dtype == ScalarType.Float64)
        {
            var values = new double[rows.Length * dimension];
            Stream(draw, kind).FillNormal<double>(rows, dimension, values);
            return tensor(values, rows.Length, dimension).to(like.device).MoveToOuterDisposeScope();
        }

        var single = new float[rows.Length * dimension];
        Stream(draw, kind).FillNormal<float>(rows, dimension, single);
        return tensor(single, rows.Length, dimension).to(like.dtype).to(like.device).MoveToOuterDisposeScope();
    }

    private static Tensor Column(PathCoefficients[] at, Func<PathCoefficients, double> value, Tensor like)
    {
        using var scope = NewDisposeScope();
        return tensor(Array.ConvertAll(at, here => value(here)), at.Length, 1).to(like.dtype).to(like.device).MoveToOuterDisposeScope();
    }

    private static RandomStream Stream(FlowDraw draw, Draws kind) => draw.Source.Stream(RandomPurpose.Base, (draw.Step * KindsOfDraws) + (int)kind);

    private const int KindsOfDraws = 8; // draws of a step that are independent of each other; their numbers are part of every run

    private static string Describe(IFlow flow) => flow is SequentialFlow chain
        ? string.Join(", ", chain.Parts.Select(part => part.GetType().Name))
        : flow.GetType().Name;

    private enum Draws
    {
        Noise = 0,
        Time = 1,
        Spread = 2,
        Dropout = 3,
        Pair = 4,
    }

    /// <summary>A number in (0, 1) for each row, by which couplings choose.</summary>
    internal static double[] DrawChoices(TrainingBatch batch, FlowDraw draw)
    {
        var choices = new double[batch.Rows.Length];
        Stream(draw, Draws.Pair).FillUniform<double>(batch.Rows, 1, choices);
        return choices;
    }
}
