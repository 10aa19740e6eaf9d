using FlowOde.Flows.Classification;
using FlowOde.Flows.Classification.Chains;
using FlowOde.Flows.Randomness;
using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Steppers;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Classification;

public sealed class OdeClassifierTests
{
    public static TheoryData<string, string, bool> Cases()
    {
        var cases = new TheoryData<string, string, bool>();
        foreach (var architecture in KnownArchitectures.All)
        {
            foreach (string field in (string[])["conv", "mlp"])
            {
                cases.Add(architecture.Name, field, true);
                if (!architecture.ChoosesSteps)
                {
                    cases.Add(architecture.Name, field, false);
                }
            }
        }

        return cases;
    }

    public static TheoryData<string, string, string> ExactMethods()
    {
        var cases = new TheoryData<string, string, string>();
        foreach (string adjoint in (string[])["auto", "direct", "checkpointed", "checkpointed:2", "binomial:2", "symplectic", "backpropagation"])
        {
            cases.Add("resnet", "euler", adjoint);
            cases.Add("ode-net", "rk4", adjoint);
            cases.Add("ode-net", "dopri5", adjoint);
        }

        cases.Add("ode-net", "coupled-dopri5", "reversible");
        return cases;
    }

    /// <summary>A central difference of ε = 3e-8 is right to about 1e-8 of round-off, and where no relu has its bend within ε.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void Gradient_AlongADirection_IsThatOfDifferences(string architecture, string field, bool isShared)
    {
        using var classifier = new SmallClassifier(SmallClassifier.Options(architecture, field, isShared));
        var solve = SmallClassifier.Steps("rk4", 2);
        var (_, gradient) = classifier.Gradient(solve);
        double[] direction = classifier.Direction(1);
        double expected = classifier.Difference(solve, direction), found = gradient.Zip(direction, (g, d) => g * d).Sum();
        Assert.True(Math.Abs(expected - found) <= 1e-6 * Math.Max(1, Math.Abs(expected)), $"differences {expected:R}, gradient {found:R}");
    }

    [Theory]
    [MemberData(nameof(ExactMethods))]
    public void Gradient_ByAnExactMethod_IsThatOfPlainBackpropagation(string architecture, string solver, string adjoint)
    {
        using var classifier = new SmallClassifier(SmallClassifier.Options(architecture, isShared: true));
        var stepper = StepperCatalog.Find(solver)!;
        if (!AdjointCatalog.Find(adjoint)!.Supports(stepper, out string reason))
        {
            Assert.Fail(reason);
        }

        var (loss, gradient) = classifier.Gradient(SmallClassifier.Steps(solver, 3, adjoint));
        string reference = AdjointCatalog.Find("backpropagation")!.Supports(stepper, out _) ? "backpropagation" : "direct";
        var (expectedLoss, expected) = classifier.Gradient(SmallClassifier.Steps(solver, 3, reference));
        Assert.Equal(expectedLoss, loss, 1e-13);
        double distance = SmallClassifier.Distance(expected, gradient);
        Assert.True(distance <= 1e-11, $"relative distance {distance:E2}");
    }

    [Theory]
    [InlineData("revnet", "conv", false)]
    [InlineData("revnet", "mlp", true)]
    [InlineData("lm-resnet", "conv", false)]
    [InlineData("lm-resnet", "mlp", true)]
    public void Gradient_OfAChainWithAWayOfItsOwn_IsThatOfPlainBackpropagation(string architecture, string field, bool isShared)
    {
        using var classifier = new SmallClassifier(SmallClassifier.Options(architecture, field, isShared));
        var (loss, gradient) = classifier.Gradient(new());
        var (expectedLoss, expected) = classifier.Gradient(new() { Adjoint = new BackpropagationAdjoint() });
        Assert.Equal(expectedLoss, loss, 1e-13);
        double distance = SmallClassifier.Distance(expected, gradient);
        Assert.True(distance <= 1e-12, $"relative distance {distance:E2}");
    }

    [Fact]
    public void Gradient_OnRecordedGrids_MakesTheSameSteps()
    {
        using var classifier = new SmallClassifier(SmallClassifier.Options("ode-net"));
        var adaptive = new ClassifierSolve { Adjoint = new DirectAdjoint() };
        using var first = classifier.Parameters.CreateLike();
        using var again = classifier.Parameters.CreateLike();
        var grids = classifier.Result(adaptive, first).Grids;
        var result = classifier.Result(SmallClassifier.Steps("dopri5", 50) with { RecordedGrids = grids }, again);
        Assert.Equal(grids, result.Grids);
        Assert.Equal(SmallClassifier.Doubles(first), SmallClassifier.Doubles(again));
        Assert.Throws<ArgumentException>(() => classifier.Model.Bind(classifier.Parameters, adaptive with { RecordedGrids = [.. grids, grids[0]] }, isTrained: true));
    }

    [Fact]
    public void Gradient_OfAReversibleNet_TellsHowFarItsStartDrifted()
    {
        using var classifier = new SmallClassifier(SmallClassifier.Options("revnet", depth: 7), ScalarType.Float32);
        using var gradient = classifier.Parameters.CreateLike();
        Assert.InRange(classifier.Result(new(), gradient).Drift, 1e-9, 1e-5);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Gradient_InFloat32_IsThatOfFloat64(string architecture, string field, bool isShared)
    {
        var options = SmallClassifier.Options(architecture, field, isShared);
        using var single = new SmallClassifier(options, ScalarType.Float32);
        using var twice = new SmallClassifier(options);
        twice.Parameters.CopyFrom(single.Parameters);
        var solve = SmallClassifier.Steps("rk4", 2);
        double distance = SmallClassifier.Distance(twice.Gradient(solve).Gradient, single.Gradient(solve).Gradient);
        Assert.True(distance <= 1e-5, $"relative distance {distance:E2}");
    }

    [Fact]
    public void Score_OfAResNetWithSharedWeights_IsEulerBitForBit()
    {
        using var resnet = new SmallClassifier(SmallClassifier.Options("resnet", isShared: true, depth: 5));
        using var euler = new SmallClassifier(SmallClassifier.Options("ode-net"));
        euler.Parameters.CopyFrom(resnet.Parameters);
        Assert.Equal(euler.Logits(SmallClassifier.Steps("euler", 5)), resnet.Logits(new()));
        Assert.NotEqual(euler.Logits(SmallClassifier.Steps("euler", 6)), resnet.Logits(new()));
        Assert.Equal(euler.Gradient(SmallClassifier.Steps("euler", 5)).Gradient, resnet.Gradient(SmallClassifier.Steps("euler", 5)).Gradient);
    }

    [Theory]
    [InlineData("rk2net", "midpoint")]
    [InlineData("rk4net", "rk4")]
    public void Score_OfARungeKuttaNet_IsItsMethodBitForBit(string architecture, string solver)
    {
        using var net = new SmallClassifier(SmallClassifier.Options(architecture, isShared: true));
        using var solved = new SmallClassifier(SmallClassifier.Options("ode-net"));
        solved.Parameters.CopyFrom(net.Parameters);
        Assert.Equal(solved.Logits(SmallClassifier.Steps(solver, 3)), net.Logits(new()));
    }

    [Fact]
    public void Score_OfAResNetWithWeightsPerStep_IsThatOfSharedOnesWhereTheyAreEqual()
    {
        using var shared = new SmallClassifier(SmallClassifier.Options("resnet", isShared: true));
        using var own = new SmallClassifier(SmallClassifier.Options("resnet"));
        foreach (var segment in own.Parameters.Layout.Segments)
        {
            string name = segment.Name.StartsWith("block", StringComparison.Ordinal) ? $"block0{segment.Name[segment.Name.IndexOf('.', StringComparison.Ordinal)..]}" : segment.Name;
            own.Parameters[segment.Name].copy_(shared.Parameters[name]);
        }

        double distance = SmallClassifier.Distance(shared.Logits(new()), own.Logits(new()));
        Assert.True(distance <= 1e-13, $"relative distance {distance:E2}");
    }

    [Fact]
    public void Score_OfALinearMultistepNetWithoutMemory_IsThatOfAResNet()
    {
        using var resnet = new SmallClassifier(SmallClassifier.Options("resnet"));
        using var multistep = new SmallClassifier(SmallClassifier.Options("lm-resnet"));
        using var fresh = multistep.Model.CreateParameters(new RandomSource(5), ScalarType.Float64, CPU);
        Assert.All(fresh["chain.k"].data<double>().ToArray(), value => Assert.InRange(value, -0.1, 0));
        multistep.Parameters["chain.k"].Fill(0);
        foreach (var segment in resnet.Parameters.Layout.Segments)
        {
            resnet.Parameters[segment.Name].copy_(multistep.Parameters[segment.Name]);
        }

        double distance = SmallClassifier.Distance(resnet.Logits(new()), multistep.Logits(new()));
        Assert.True(distance <= 1e-14, $"relative distance {distance:E2}");
    }

    [Theory]
    [InlineData(-1.0, true)]
    [InlineData(-0.99, false)]
    [InlineData(1.0, false)]
    [InlineData(1.01, true)]
    [InlineData(double.NaN, true)]
    public void Warning_OfALinearMultistepNet_IsOfUnstableWeights(double k, bool warns)
    {
        using var multistep = new SmallClassifier(SmallClassifier.Options("lm-resnet"));
        Assert.Null(multistep.Model.Warning(multistep.Parameters));
        multistep.Parameters["chain.k"][1] = k;
        string? warning = multistep.Model.Warning(multistep.Parameters);
        Assert.Equal(warns, warning is not null);
        if (warns)
        {
            Assert.Contains("k of step 3", warning, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Warning_OfSeveralUnstableWeights_NamesThemAll()
    {
        using var multistep = new SmallClassifier(SmallClassifier.Options("lm-resnet") with { Depth = 7 });
        multistep.Parameters["chain.k"][0] = -1.5;
        multistep.Parameters["chain.k"][2] = 2;
        Assert.StartsWith("k of step 2 is -1.5, of step 4 is 2: ", multistep.Model.Warning(multistep.Parameters), StringComparison.Ordinal);
        for (int i = 0; i < 6; i++)
        {
            multistep.Parameters["chain.k"][i] = 3;
        }

        Assert.StartsWith("k of step 2 is 3, of step 3 is 3, of step 4 is 3, of step 5 is 3, and 2 more of 6 are outside too: ", multistep.Model.Warning(multistep.Parameters), StringComparison.Ordinal);
    }

    [Fact]
    public void Gradient_OfAReversibleNet_EvaluatesEachBlockAgainAndKeepsNoTape()
    {
        using var reversible = new SmallClassifier(SmallClassifier.Options("revnet", depth: 7));
        using var gradient = reversible.Parameters.CreateLike();
        var result = reversible.Result(new(), gradient);
        Assert.Equal((14, 14, 14, 0L), (result.Forward.Evaluations, result.Backward.Evaluations, result.Backward.Pullbacks, result.KeptBytes));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Score_OfOneRow_DoesNotDependOnTheOthers(string architecture, string field, bool isShared)
    {
        using var classifier = new SmallClassifier(SmallClassifier.Options(architecture, field, isShared));
        using var scope = NewDisposeScope();
        var solve = SmallClassifier.Steps("rk4", 2);
        using var alone = classifier.Model.Bind(classifier.Parameters, solve, isTrained: false).Score(classifier.Batch.narrow(0, 2, 1));
        double[] all = classifier.Logits(solve)[6..9];
        double distance = SmallClassifier.Distance(all, alone.Logits.data<double>().ToArray());
        Assert.True(distance <= 1e-12, $"relative distance {distance:E2}");
    }

    [Fact]
    public void Gradient_OfTwoParts_AddsUpToThatOfAll()
    {
        using var classifier = new SmallClassifier(SmallClassifier.Options("ode-net"));
        using var scope = NewDisposeScope();
        using var gradient = classifier.Parameters.CreateLike();
        var bound = classifier.Model.Bind(classifier.Parameters, SmallClassifier.Steps("rk4", 2), isTrained: true);
        double loss = 0;
        foreach (var (first, count) in new[] { (0, 2), (2, 4) })
        {
            loss += bound.Gradient(classifier.Batch.narrow(0, first, count), classifier.Labels.narrow(0, first, count), SmallClassifier.Rows, gradient).Loss;
        }

        var (expectedLoss, expected) = classifier.Gradient(SmallClassifier.Steps("rk4", 2));
        Assert.Equal(expectedLoss, loss, 1e-13);
        double distance = SmallClassifier.Distance(expected, SmallClassifier.Doubles(gradient));
        Assert.True(distance <= 1e-12, $"relative distance {distance:E2}");
    }

    [Fact]
    public void Score_WithoutGradients_CannotBePulledBack()
    {
        using var classifier = new SmallClassifier(SmallClassifier.Options("resnet"));
        using var gradient = classifier.Parameters.CreateLike();
        using var scope = NewDisposeScope();
        var bound = classifier.Model.Bind(classifier.Parameters, new(), isTrained: false);
        var problem = Assert.Throws<InvalidOperationException>(() => bound.Gradient(classifier.Batch, classifier.Labels, SmallClassifier.Rows, gradient));
        Assert.Contains("without gradients", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void CreateParameters_OfBlocks_DrawsEachItsOwn()
    {
        using var classifier = new SmallClassifier(SmallClassifier.Options("resnet"));
        Assert.NotEqual(classifier.Parameters["block0.first.weight"].data<double>().ToArray(), classifier.Parameters["block1.first.weight"].data<double>().ToArray());
        using var again = classifier.Model.CreateParameters(new RandomSource(3), ScalarType.Float64, CPU);
        using var third = classifier.Model.CreateParameters(new RandomSource(4), ScalarType.Float64, CPU);
        using var same = classifier.Model.CreateParameters(new RandomSource(3), ScalarType.Float64, CPU);
        Assert.Equal(SmallClassifier.Doubles(same), SmallClassifier.Doubles(again));
        Assert.NotEqual(SmallClassifier.Doubles(third), SmallClassifier.Doubles(again));
    }

    [Fact]
    public void Check_OfWhatDoesNotGoTogether_SaysWhat()
    {
        Refuses(options => options with { Halvings = 3 }, "cannot be halved 3 times");
        Refuses(options => options with { Image = null }, "is for images");
        Refuses(options => options with { Image = new(1, 4, 4) }, "16 numbers, rows 20");
        Refuses(options => options with { Architecture = KnownArchitectures.Named("revnet"), Channels = 5 }, "give an even number");
        Refuses(options => options with { Architecture = KnownArchitectures.Named("lm-resnet"), Depth = 1 }, "at least 2 steps");
        Refuses(options => options with { ExtraChannels = 2 }, "adds no channels");
        Refuses(options => options with { Architecture = KnownArchitectures.Named("anode") }, "start at zero; found none");
        Assert.Contains("at least 1", Assert.Throws<ArgumentOutOfRangeException>(() => SmallClassifier.Options("resnet", depth: 0)).Message, StringComparison.Ordinal);

        static void Refuses(Func<OdeClassifierOptions, OdeClassifierOptions> change, string text) =>
            Assert.Contains(text, Assert.Throws<ArgumentException>(change(SmallClassifier.Options("resnet")).Check).Message, StringComparison.Ordinal);
    }
}
