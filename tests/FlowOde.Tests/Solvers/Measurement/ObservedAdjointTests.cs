using FlowOde.Solvers;
using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Measurement;
using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Vectors;
using FlowOde.Tests.Solvers.Adjoints;
using static TorchSharp.torch;

namespace FlowOde.Tests.Solvers.Measurement;

/// <summary>An observed method is the method itself, and its drift is known afterwards.</summary>
public class ObservedAdjointTests
{
    [Theory]
    [InlineData("backsolve", true)]
    [InlineData("direct", false)]
    public void Record_Observed_GivesTheSameBitsAndTheDrift(string name, bool drifts)
    {
        var method = AdjointCatalog.Find(name)!;
        using var field = new RolesField(3);
        using var start = new FlatVector(field.StateLayout(2), ScalarType.Float64);
        start.Flat.Fill(0.4);
        var problem = new OdeProblem { Field = field, Stepper = Problems.SolverFor(method), Controller = new ConstantStep(10), Start = start, Times = [0, 0.5, 1], Pool = new() };
        var observed = new ObservedAdjoint(method);
        var with = GradientRun.Of(problem, observed);
        Assert.Equal(GradientRun.Of(problem, method).Parameters, with.Parameters);
        Assert.Equal(name, observed.Name);
        Assert.True(drifts ? observed.LargestDrift > 0 : observed.LargestDrift == 0, $"drift {observed.LargestDrift:E2}");
    }

    [Fact]
    public void Of_EveryMethod_StatesATheory() => Assert.All(AdjointCatalog.All, method => Assert.NotNull(MemoryTheory.Of(method)));
}
