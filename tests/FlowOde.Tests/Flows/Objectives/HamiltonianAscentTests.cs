using FlowOde.Flows.Classification;
using FlowOde.Flows.Objectives;
using FlowOde.Flows.Training;
using FlowOde.Solvers.OptimalControl;
using FlowOde.Solvers.Vectors;
using FlowOde.Tests.Flows.Classification;
using TorchSharp;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Objectives;

/// <summary>Successive approximations as a trainer (MATH G4).</summary>
public sealed class HamiltonianAscentTests
{
    /// <summary>∂J/∂θ_n = −h ∂H/∂θ_n: one short ascent without penalty is a step of gradient descent, N times as long in the blocks.</summary>
    [Theory]
    [InlineData("conv")]
    [InlineData("mlp")]
    public void Evaluate_WithOneAscent_IsAStepOfBackpropagation(string field)
    {
        const double rate = 1e-4;
        using var classifier = new SmallClassifier(SmallClassifier.Options("resnet", field));
        var (loss, gradient) = classifier.Gradient(SmallClassifier.Steps("euler", 1));
        var (found, moved) = Ascent(classifier, new() { Ascents = 1, Rate = rate });
        Assert.Equal(loss, found, 1e-13);
        int depth = classifier.Model.Options.Depth;
        foreach (var segment in classifier.Parameters.Layout.Segments)
        {
            double length = rate * (segment.Name.StartsWith("block", StringComparison.Ordinal) ? depth : 1);
            for (long i = segment.Offset; i < segment.Offset + segment.Length; i++)
            {
                Assert.Equal(length * gradient[i], moved[i], 1e-13);
            }
        }
    }

    /// <summary>The penalty's own derivatives: through the slope of the field, of the head, and through the stem.</summary>
    [Theory]
    [InlineData("conv")]
    [InlineData("mlp")]
    public void Values_WithAPenalty_HaveTheGradientsOfDifferences(string field)
    {
        const double penalty = 0.3;
        using var classifier = new SmallClassifier(SmallClassifier.Options("resnet", field));
        using var scope = NewDisposeScope();
        var control = new ClassifierControl(classifier.Model, classifier.Parameters);
        using var start = control.Start(classifier.Batch);
        var cost = control.Terminal(classifier.Labels);
        using var trajectory = ControlSweep.Run(control.Problem(start, cost), control.Controls(classifier.Parameters));
        using var elsewhere = classifier.Parameters.Clone();
        elsewhere.Flat.Accumulate(tensor(classifier.Direction(5)).Times(0.02));
        Differs(control.Stem(elsewhere), (stem, into) => control.StemValue(classifier.Batch, trajectory, penalty, stem, into));
        Differs(control.Head(elsewhere), (head, into) => cost.Value(trajectory.States[^1], penalty, head, into));
        var maximizer = new AscentMaximizer(control.Field);
        var point = new HamiltonianPoint { Time = 1.0 / 3, Step = 1.0 / 3, State = trajectory.States[1], NextState = trajectory.States[2], Costate = trajectory.Costates[1], NextCostate = trajectory.Costates[2], Penalty = penalty };
        Differs(control.Controls(elsewhere)[1], (block, into) => maximizer.Value(point, block, into));
    }

    /// <summary>Held by nothing, all layers move at once and past each other; a penalty lets every iteration lower the loss.</summary>
    [Fact]
    public void Evaluate_AgainAndAgain_LowersTheLossWithAPenalty()
    {
        double[] Losses(double penalty)
        {
            using var classifier = new SmallClassifier(SmallClassifier.Options("resnet", "mlp"));
            var losses = new List<double>();
            for (int i = 0; i < 12; i++)
            {
                var (loss, moved) = Ascent(classifier, new() { Ascents = 20, Rate = 10, Penalty = penalty });
                losses.Add(loss);
                using var step = tensor(moved);
                using Scalar minus = -1.0;
                classifier.Parameters.Flat.add_(step, minus);
            }

            return [.. losses];
        }

        double[] held = Losses(3), free = Losses(0);
        Assert.All(held.Zip(held.Skip(1)), pair => Assert.True(pair.Second < pair.First, string.Join(", ", held)));
        Assert.Contains(free.Zip(free.Skip(1)), pair => pair.Second > pair.First);
    }

    [Theory]
    [InlineData("resnet", true)]
    [InlineData("polynet", false)]
    [InlineData("rk4net", false)]
    [InlineData("revnet", false)]
    [InlineData("ode-net", false)]
    public void Constructor_WithoutAControlForEachEulerStep_Refuses(string architecture, bool isShared)
    {
        using var classifier = new SmallClassifier(SmallClassifier.Options(architecture, isShared: isShared));
        var refusal = Assert.Throws<ArgumentException>(() => new HamiltonianAscent(classifier.Model, classifier.Parameters, new()));
        Assert.Contains($"'{architecture}'", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_OutOfRange_AreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new HamiltonianAscentOptions { Penalty = -1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new HamiltonianAscentOptions { Ascents = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new HamiltonianAscentOptions { Rate = 0 });
    }

    /// <summary>The loss, and θ − θ*.</summary>
    private static (double Loss, double[] Moved) Ascent(SmallClassifier classifier, HamiltonianAscentOptions options)
    {
        using var moved = classifier.Parameters.CreateLike();
        using var batch = new TrainingBatch(classifier.Batch.clone(), [.. Enumerable.Range(0, SmallClassifier.Rows).Select(row => (long)row)]) { Context = classifier.Labels.clone() };
        double loss = new HamiltonianAscent(classifier.Model, classifier.Parameters, options).Evaluate(batch, moved).Loss;
        return (loss, SmallClassifier.Doubles(moved));
    }

    private static void Differs(FlatVector point, Func<FlatVector, FlatVector, double> value)
    {
        const double epsilon = 1e-6;
        using FlatVector gradient = point.CreateLike(), scratch = point.CreateLike(), moved = point.Clone();
        value(point, gradient);
        for (int i = 0; i < point.Layout.Segments.Count; i++)
        {
            var flat = moved[i].view(-1);
            for (long k = 0; k < Math.Min(3, flat.size(0)); k++)
            {
                double At(double shift)
                {
                    double before = flat[k].item<double>();
                    flat[k] = before + shift;
                    double found = value(moved, scratch);
                    flat[k] = before;
                    return found;
                }

                Assert.Equal((At(epsilon) - At(-epsilon)) / (2 * epsilon), gradient[i].view(-1)[k].item<double>(), 2e-6);
            }
        }
    }
}
