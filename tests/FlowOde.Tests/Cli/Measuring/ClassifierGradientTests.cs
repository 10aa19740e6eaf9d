using FlowOde.Cli.Measuring;
using FlowOde.Cli.Settings;
using FlowOde.Flows.Classification.Chains;
using static TorchSharp.torch;

namespace FlowOde.Tests.Cli.Measuring;

/// <summary>The gradient that is measured of a classifier, against the exact one in float64.</summary>
public sealed class ClassifierGradientTests
{
    // Of anode the reversible gradient is a hundredth off, probably as channels that start at zero lie on relu's kink: a rebuilt state falls to either side.
    public static TheoryData<string, string> Ways
    {
        get
        {
            var ways = new TheoryData<string, string>();
            foreach (var architecture in KnownArchitectures.All)
            {
                foreach (string method in architecture.HasOwnGradient ? [ClassifierKind.OwnMethod] : architecture is { ChoosesSteps: true, IsAugmented: false } ? (string[])["direct", "reversible"] : ["direct", "checkpointed"])
                {
                    ways.Add(architecture.Name, method);
                }
            }

            return ways;
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Compute_AfterAWarmUp_IsTheExactGradient(string architecture, string method)
    {
        double error = Error(architecture, method, "conv", 6, false);
        Assert.True(error < 1e-4, $"relative error {error:E1} in float32");
        Assert.True(Error(architecture, method, "mlp", 5, true) < 1e-4);
    }

    [Fact]
    public void Compute_OfBacksolve_IsAsExactAsItsSteps()
    {
        double few = Error("ode-net", "backsolve", "conv", 3, false), many = Error("ode-net", "backsolve", "conv", 24, false);
        Assert.True(few > 4 * many, $"{few:E1} with 3 steps, {many:E1} with 24");
    }

    /// <summary>‖g − r‖ ÷ ‖r‖.</summary>
    private static double Error(string architecture, string method, string field, int steps, bool isShared)
    {
        var given = new SettingLayer("").Add("device", "cpu").Add("field", field).Add("channels", "8");
        if (isShared && !KnownArchitectures.Named(architecture).ChoosesSteps)
        {
            given.Add("shared", SettingValues.Yes);
        }

        var subject = ClassifierSubjects.OfData("digits", ClassifierCatalog.Architectures([architecture]), given, _ => { }).Single();
        var options = new SweepOptions { Methods = subject.Kind.ChoosesMethod ? [method] : null, Steps = [steps], Batches = [8], MemoryLimit = 1, TimeLimit = TimeSpan.FromSeconds(1), RepeatSeconds = 0 };
        var point = Assert.Single(SweepGrid.Make([subject], options, _ => { }));
        using var noGradient = no_grad();
        using var gradient = subject.Kind.Open(MeasurementJob.Of(point, null), CPU);
        gradient.WarmUp();
        var cost = gradient.Compute();
        Assert.True(cost.Forward.Evaluations >= steps && cost.Backward.Pullbacks >= steps, $"{cost.Forward.Evaluations} evaluations, {cost.Backward.Pullbacks} pullbacks");
        double[] reference = gradient.ComputeReference();
        return Math.Sqrt(gradient.ToArray().Zip(reference, (g, r) => (g - r) * (g - r)).Sum() / reference.Sum(r => r * r));
    }
}
