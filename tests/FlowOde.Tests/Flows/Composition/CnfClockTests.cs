using FlowOde.Flows.Composition;
using FlowOde.Flows.Objectives;
using FlowOde.Flows.TraceEstimators;
using FlowOde.Flows.Training;
using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.Vectors;
using static FlowOde.Tests.Flows.Composition.TestFlows;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Composition;

public class CnfClockTests
{
    [Theory]
    [InlineData(0.0, 1.0, 1, "auto", "dopri5")]
    [InlineData(0.0, 0.7, 2, "auto", "dopri5")]
    [InlineData(0.5, -0.4, 2, "direct", "rk4")]
    [InlineData(1.0, 0.0, 1, "reversible", "coupled-rk4")]
    [InlineData(0.0, 1.3, 1, "binomial:3", "asynchronous-leapfrog")]
    [InlineData(0.0, 1.0, 1, "backpropagation", "bosh3")]
    [InlineData(0.2, 1.0, 1, "symplectic", "tsit5")]
    [InlineData(0.0, 1.0, 2, "direct", "kvaerno3")]
    [InlineData(0.3, 1.0, 1, "checkpointed:3", "radau5")]
    public void Gradient_OfALearnedDataTime_AgreesWithCentralDifferences(double baseTime, double dataTime, int blocks, string adjoint, string solver)
    {
        using var scope = NewDisposeScope();
        var (model, parameters) = Learned(baseTime, dataTime, blocks);
        var settings = Steps(7, new ExactTrace()) with { Stepper = StepperCatalog.Find(solver)!, Adjoint = AdjointCatalog.Find(adjoint)! };
        var data = Normal(5, 2);
        double Loss(FlatVector? into)
        {
            using var flow = model.Bind(parameters, settings);
            using var unread = parameters.CreateLike();
            return new NegativeLogLikelihood([]).Evaluate(flow, new TrainingBatch(data, [0, 1, 2, 3, 4]), Draw(5), 5, into ?? unread).Loss;
        }

        using var gradient = parameters.CreateLike();
        Loss(gradient);
        for (int block = 0; block < blocks; block++)
        {
            double Shifted(double by)
            {
                parameters[$"block{block}.logDuration"].Shift(by);
                double loss = Loss(null);
                parameters[$"block{block}.logDuration"].Shift(-by);
                return loss;
            }

            const double h = 1e-5;
            double expected = (Shifted(h) - Shifted(-h)) / (2 * h), actual = gradient[$"block{block}.logDuration"].item<double>();
            Assert.True(Math.Abs(expected) > 1e-3, $"the duration of block {block} does not matter: {expected:E2}");
            Assert.True(Math.Abs(expected - actual) < 1e-7 * (1 + Math.Abs(expected)), $"block {block}: differences {expected:R}, gradient {actual:R}");
        }

        parameters.Dispose();
    }

    [Fact]
    public void Clock_OfALearnedModel_StartsAtTheOptionsAndFollowsItsParameter()
    {
        var (model, parameters) = Learned(0.5, -0.4, 2);
        Assert.Equal(-0.4, model.Clock(parameters, 1).DataTime, 1e-12);
        parameters["block1.logDuration"].Shift(Math.Log(2));
        Assert.Equal(0.5 - 1.8, model.Clock(parameters, 1).DataTime, 1e-12);
        Assert.Equal(-0.4, model.Clock(parameters, 0).DataTime, 1e-12);
        Assert.Equal(0.1, model.StoppedAt(0.1).Clock(parameters, 1).DataTime);
        parameters.Dispose();
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(1e4)]
    [InlineData(-1e4)]
    public void DataTime_OfADurationThatIsNoDuration_EndsTheSolve(double log)
    {
        var (model, parameters) = Learned(0.5, 1, 1);
        parameters["block0.logDuration"].Fill(log);
        Assert.Throws<FlowOde.Solvers.OdeSolveException>(() => model.Clock(parameters, 0).DataTime);
        parameters.Dispose();
    }

    [Fact]
    public void Flow_OfALearnedDuration_EqualsTheFlowOfThatDuration()
    {
        using var scope = NewDisposeScope();
        var (model, parameters) = Learned(0, 1, 1);
        parameters["block0.logDuration"].Fill(Math.Log(1.75));
        var still = new FlowModel(model.Options with { LearnsDataTime = false, DataTime = 1.75 }, model.Standardize);
        using var same = new FlatVector(still.Layout, ScalarType.Float64);
        for (int i = 0; i < still.Layout.Segments.Count; i++)
        {
            same[i].copy_(parameters[i]);
        }

        using var learned = model.Bind(parameters, Exact(1e-9));
        using var fix = still.Bind(same, Exact(1e-9));
        var data = Normal(6, 2);
        Assert.InRange(Difference(LogDensity(learned, data), LogDensity(fix, data)), 0, 1e-8);
        Assert.InRange(Difference(learned.Generate(data).Values, fix.Generate(data).Values), 0, 1e-8);
        parameters.Dispose();
    }

    [Fact]
    public void Layout_OfAModelThatDoesNotLearnIt_HasNoDuration() =>
        Assert.DoesNotContain(new FlowModel(new FlowOptions { Dimension = 2 }, Unit(2)).Layout.Segments, segment => segment.Name.Contains("Duration", StringComparison.Ordinal));

    private static (FlowModel Model, FlatVector Parameters) Learned(double baseTime, double dataTime, int blocks)
    {
        var model = new FlowModel(new FlowOptions { Dimension = 2, Hidden = [7], Blocks = blocks, BaseTime = baseTime, DataTime = dataTime, LearnsDataTime = true }, Unit(2));
        return (model, model.CreateParameters(Source, ScalarType.Float64, CPU));
    }
}
