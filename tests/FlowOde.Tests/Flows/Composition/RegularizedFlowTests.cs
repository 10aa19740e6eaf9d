using FlowOde.Flows.Objectives;
using FlowOde.Flows.Regularizers;
using FlowOde.Flows.TraceEstimators;
using FlowOde.Flows.Training;
using static FlowOde.Tests.Flows.Composition.TestFlows;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Composition;

/// <summary>Penalties are integrals over |dt|, whichever way the clock runs: a smaller loss is a shorter path.</summary>
public sealed class RegularizedFlowTests
{
    private const double A = 0.7;

    [Theory]
    [InlineData(0.0, 1.0)]
    [InlineData(1.0, 0.0)]
    [InlineData(0.5, -1.0)]
    public void Regularizers_OfAScaling_AreTheClosedFormsOnEitherClock(double baseTime, double dataTime)
    {
        using var scope = NewDisposeScope();
        var (model, parameters) = Linear(new[,] { { A, 0 }, { 0, A } }, baseTime, dataTime);
        using var flow = model.Bind(parameters, Exact(1e-10) with { Trace = new HutchinsonTrace(1), Regularizers = [new KineticEnergy(), new JacobianFrobenius()] });
        var data = Normal(5, 2);
        using var record = flow.RecordToBase(data, Draw(5));

        // z(t) = x e^{a s} with s = t − t_data from 0 to S, so ½ mean f² = ½ mean(x²) a² e^{2as}, integrated over |ds|.
        double span = baseTime - dataTime, share = Math.Abs(A / 4 * (Math.Exp(2 * A * span) - 1));
        Assert.InRange(Difference((data * data).mean([1L]).Times(share), record.Regularizers[0]), 0, 1e-8);
        Assert.InRange(Difference(ones(5, dtype: ScalarType.Float64).Times(A * A * Math.Abs(span)), record.Regularizers[1]), 0, 1e-8);
        parameters.Dispose();
    }

    [Theory]
    [InlineData(0.0, 1.0)]
    [InlineData(1.0, 0.0)]
    public void Loss_WithPenalties_IsAboveTheScoreAndHasTheGradientOfDifferences(double baseTime, double dataTime)
    {
        var (model, parameters) = Linear(new[,] { { A, 0.3 }, { -0.2, -0.5 } }, baseTime, dataTime);
        using var flow = model.Bind(parameters, Exact(1e-10) with { Regularizers = [new KineticEnergy(), new JacobianFrobenius()] });
        var objective = new NegativeLogLikelihood([3, 2]);
        using var data = Normal(5, 2);
        using var gradient = parameters.CreateLike();
        double Loss(out double score)
        {
            using var batch = new TrainingBatch(data.clone(), [0, 1, 2, 3, 4]);
            gradient.Clear();
            var result = objective.Evaluate(flow, batch, Draw(5), 5, gradient);
            score = result.SumScore / 5;
            return result.Loss;
        }

        double loss = Loss(out double plain);
        Assert.True(loss > plain + 0.1, $"loss {loss}, score {plain}");
        double[] found = gradient.Flat.data<double>().ToArray();
        const double Step = 1e-4;
        var weight = parameters["block0.weight.0"];
        for (int i = 0; i < 4; i++)
        {
            using var entry = weight.view(-1).narrow(0, i, 1);
            entry.Shift(Step);
            double above = Loss(out _);
            entry.Shift(-2 * Step);
            double below = Loss(out _);
            entry.Shift(Step);
            Assert.Equal((above - below) / (2 * Step), found[i], 1e-5);
        }

        parameters.Dispose();
    }
}
