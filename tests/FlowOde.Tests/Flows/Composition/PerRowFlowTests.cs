using FlowOde.Flows.Composition;
using FlowOde.Flows.Randomness;
using FlowOde.Flows.TraceEstimators;
using FlowOde.Solvers.Integration;
using FlowOde.Solvers.Steppers;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Composition;

/// <summary>Densities whose rows have steps of their own: a row's does not depend on its batch mates.</summary>
public class PerRowFlowTests(ITestOutputHelper log)
{
    private const int Rows = 1000;

    /// <summary>A thousand rows at once are a thousand solves of one row, with the same steps.</summary>
    [Theory]
    [InlineData(ScalarType.Float64, 1e-12)]
    [InlineData(ScalarType.Float32, 1e-6)]
    public void ToBase_OfAThousandRows_IsThatOfEachAlone(ScalarType dtype, double tolerance)
    {
        var (model, settings) = (Model, TestFlows.Exact(dtype == ScalarType.Float64 ? 1e-9 : 1e-5) with { IsPerRow = true });
        using var scope = NewDisposeScope();
        using var parameters = model.CreateParameters(TestFlows.Source, dtype, CPU);
        parameters.Flat.Scale(3); // a field that takes tens of steps
        using var flow = model.Bind(parameters, settings);
        var data = TestFlows.Normal(Rows, 2, dtype);
        using var together = flow.ToBase(data, TestFlows.Draw(Rows));
        var steps = together.Statistics.Rows!;
        double[] all = Density(together);
        double furthest = 0;
        int equal = 0;
        for (int row = 0; row < Rows; row++)
        {
            using var one = NewDisposeScope();
            using var alone = flow.ToBase(data[row..(row + 1)], new FlowDraw(TestFlows.Source, RandomPurpose.Probe, 0, [row]));
            furthest = Math.Max(furthest, Math.Abs(Density(alone)[0] - all[row]) / Math.Max(1, Math.Abs(all[row])));
            equal += alone.Statistics.AcceptedSteps == steps.Accepted[row] ? 1 : 0;
        }

        log.WriteLine($"{dtype}: furthest apart {furthest:E1}, {equal} of {Rows} rows with equal steps, {steps.Accepted.Min()} to {steps.Accepted.Max()} of them");
        Assert.InRange(furthest, 0, tolerance);
        Assert.InRange(equal, 0.99 * Rows, Rows);
        Assert.True(steps.Accepted.Distinct().Count() > 2, "all rows took the same steps, which tests nothing");
    }

    /// <summary>One row in a hundred turns far out, the others below the absolute tolerance: it costs its own evaluations and not those of all.</summary>
    [Fact]
    public void ToBase_WithOneHardRowInAHundred_NeedsLessThanHalfOfTheRowEvaluations()
    {
        var (model, parameters) = TestFlows.Linear(new double[,] { { 0, 30 }, { -30, 0 } }, 0, 1);
        using var scope = NewDisposeScope();
        using var owned = parameters;
        var data = TestFlows.Normal(100, 2).Scale(1e-9);
        data[17].Scale(1e9);
        long Cost(bool isPerRow)
        {
            using var flow = model.Bind(parameters, TestFlows.Exact(1e-8) with { IsPerRow = isPerRow });
            using var result = flow.ToBase(data, TestFlows.Draw(100));
            return result.Statistics.Rows?.Evaluations ?? 100L * result.Statistics.Evaluations;
        }

        long common = Cost(false), own = Cost(true);
        log.WriteLine($"{common} row evaluations with common steps, {own} with steps of their own");
        Assert.True(own < common / 2, $"{own} of {common}");
    }

    /// <summary>Estimated traces are drawn by row: a row's is the same whatever rows are beside it.</summary>
    [Fact]
    public void ToBase_WithAnEstimatedTrace_IsThatOfEachAlone()
    {
        var model = Model;
        using var scope = NewDisposeScope();
        using var parameters = model.CreateParameters(TestFlows.Source, ScalarType.Float64, CPU);
        using var flow = model.Bind(parameters, TestFlows.Exact(1e-6) with { IsPerRow = true, Trace = new HutchinsonTrace() });
        var data = TestFlows.Normal(20, 2);
        using var together = flow.ToBase(data, TestFlows.Draw(20));
        using var alone = flow.ToBase(data[13..14], new FlowDraw(TestFlows.Source, RandomPurpose.Probe, 0, [13]));
        Assert.Equal(Density(together)[13], Density(alone)[0], 1e-12);
    }

    /// <summary>A flow whose field is stiff, −3000 z along one column: dopri5's steps are used up, and the implicit method has the density.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ToBase_OfAStiffFlow_IsSolvedByTheFallback(bool isPerRow)
    {
        var (model, parameters) = TestFlows.Linear(new double[,] { { -3000, 0 }, { 0, -1 } }, 1, 0);
        using var scope = NewDisposeScope();
        using var owned = parameters;
        var settings = TestFlows.Exact(1e-6) with { IsPerRow = isPerRow, Limits = new StepLimits { MaxSteps = 100 } };
        var data = TestFlows.Normal(3, 2);
        using var failing = model.Bind(parameters, settings);
        Assert.Contains("stiff", Assert.Throws<FlowOde.Solvers.OdeSolveException>(() => failing.ToBase(data, TestFlows.Draw(3))).Message, StringComparison.Ordinal);
        using var flow = model.Bind(parameters, settings with { StiffFallback = (IStepper?)StepperCatalog.Find("kvaerno5") });
        using var result = flow.ToBase(data, TestFlows.Draw(3));
        Assert.All(result.DeltaLogDensity.data<double>().ToArray(), delta => Assert.Equal(3001, Math.Abs(delta), 1e-2));
    }

    private static FlowModel Model { get; } = new(new FlowOptions { Dimension = 2, Hidden = [16, 16] }, TestFlows.Unit(2));

    private static double[] Density(FlowResult result)
    {
        using var density = result.LogDensity().to(ScalarType.Float64);
        return density.data<double>().ToArray();
    }
}
