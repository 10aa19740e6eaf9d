using FlowOde.Flows.Composition;
using FlowOde.Flows.Training;
using FlowOde.Solvers.Vectors;
using TorchSharp;
using static TorchSharp.torch;

namespace FlowOde.Flows.Objectives;

/// <summary>Mean −log p(x) in nats, plus weighted means of the regularisers' integrals.</summary>
/// <param name="regularizerWeights">A weight for each regulariser of the flow's settings, in their order.</param>
public sealed class NegativeLogLikelihood(IReadOnlyList<double> regularizerWeights) : IObjective
{
    /// <inheritdoc/>
    public ObjectiveResult Evaluate(IFlow flow, TrainingBatch batch, FlowDraw draw, long globalRows, FlatVector intoGradient)
    {
        ArgumentNullException.ThrowIfNull(flow);
        ArgumentNullException.ThrowIfNull(batch);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        using var record = flow.RecordToBase(batch.Values, draw with { Context = batch.Context });
        var logDensity = StandardNormal.LogDensity(record.Values).sub_(record.DeltaLogDensity).to(ScalarType.Float64);
        double sum = -logDensity.sum().item<double>(), squares = logDensity.dot(logDensity).item<double>(), loss = sum / globalRows;
        long rows = batch.Values.shape[0];
        var weights = new List<Tensor>();
        for (int i = 0; i < regularizerWeights.Count; i++)
        {
            loss += regularizerWeights[i] * record.Regularizers[i].to(ScalarType.Float64).sum().item<double>() / globalRows;
            using Scalar weight = regularizerWeights[i] / globalRows;
            weights.Add(full_like(record.DeltaLogDensity, weight));
        }

        // −log N(z) has the gradient z, and −(−Δ) the gradient 1.
        using Scalar share = 1.0 / globalRows;
        var cotangent = new FlowCotangent(record.Values * share, full_like(record.DeltaLogDensity, share), weights);
        var gradient = record.Pullback(cotangent, intoGradient);
        gradient.Data.Dispose();
        return new()
        {
            Loss = loss,
            SumScore = sum,
            SumSquaredScore = squares,
            Rows = rows,
            Forward = record.Statistics,
            Backward = gradient.Statistics,
            Grids = record.Grids,
            Profiles = record.Statistics.Profiles,
            Moments = record.Moments,
            KeptBytes = record.KeptBytes,
            Drift = gradient.Drift,
        };
    }
}
