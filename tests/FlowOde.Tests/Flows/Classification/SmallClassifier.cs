using FlowOde.Flows.Classification;
using FlowOde.Flows.Classification.Blocks;
using FlowOde.Flows.Classification.Chains;
using FlowOde.Flows.Objectives;
using FlowOde.Flows.Randomness;
using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Classification;

/// <summary>A classifier of images of 1 x 5 x 4 pixels in three classes, with numbers and rows, in float64 unless told.</summary>
internal sealed class SmallClassifier : IDisposable
{
    internal const int Rows = 6;

    private const int Dimension = 20;
    private const int Classes = 3;

    internal SmallClassifier(OdeClassifierOptions options, ScalarType dtype = ScalarType.Float64)
    {
        double[] mean = [.. Enumerable.Repeat(0.3, Dimension)], scale = [.. Enumerable.Repeat(1.5, Dimension)];
        Model = new(options, mean, scale);
        var source = new RandomSource(3);
        Parameters = Model.CreateParameters(source, dtype, CPU);
        Disturb();
        var numbers = new double[Rows * Dimension];
        source.Stream(RandomPurpose.Toy, 0).FillNormal<double>([.. Enumerable.Range(0, Rows).Select(row => (long)row)], Dimension, numbers);
        Batch = tensor(numbers, Rows, Dimension).to(dtype).DetachFromDisposeScope();
        var labels = new double[Rows * Classes];
        for (int row = 0; row < Rows; row++)
        {
            labels[(row * Classes) + (row % Classes)] = 1;
        }

        Labels = tensor(labels, Rows, Classes).to(dtype).DetachFromDisposeScope();
    }

    internal OdeClassifier Model { get; }

    internal FlatVector Parameters { get; }

    internal Tensor Batch { get; }

    internal Tensor Labels { get; }

    /// <summary>Constant steps of a method, with a gradient method.</summary>
    internal static ClassifierSolve Steps(string solver, int steps, string adjoint = "direct") => new()
    {
        Stepper = StepperCatalog.Find(solver)!,
        Controller = new ConstantStep(steps),
        Adjoint = AdjointCatalog.Find(adjoint)!,
    };

    internal static OdeClassifierOptions Options(string architecture, string field = "conv", bool isShared = false, int depth = 3) => new()
    {
        Dimension = Dimension,
        Image = new(1, 5, 4),
        Classes = Classes,
        Architecture = KnownArchitectures.Named(architecture),
        Field = KnownBlocks.Named(field),
        Channels = 4,
        ExtraChannels = architecture == "anode" ? 2 : 0,
        Depth = depth,
        IsShared = isShared,
        Halvings = field == "conv" ? 1 : 0,
    };

    internal (double Loss, double[] Gradient) Gradient(ClassifierSolve solve)
    {
        using var gradient = Parameters.CreateLike();
        double loss = Result(solve, gradient).Loss;
        return (loss, Doubles(gradient));
    }

    internal ObjectiveResult Result(ClassifierSolve solve, FlatVector gradient)
    {
        using var scope = NewDisposeScope();
        return Model.Bind(Parameters, solve, isTrained: true).Gradient(Batch, Labels, Rows, gradient);
    }

    internal double[] Logits(ClassifierSolve solve)
    {
        using var scope = NewDisposeScope();
        using var scores = Model.Bind(Parameters, solve, isTrained: false).Score(Batch);
        return scores.Logits.to(ScalarType.Float64).data<double>().ToArray();
    }

    /// <summary>(L(θ + ε v) − L(θ − ε v))/2ε for a direction v.</summary>
    internal double Difference(ClassifierSolve solve, double[] direction)
    {
        const double epsilon = 3e-8;
        double At(double factor)
        {
            using var scope = NewDisposeScope();
            using var moved = tensor(direction).Times(factor * epsilon);
            Parameters.Flat.Accumulate(moved);
            using var scores = Model.Bind(Parameters, solve, isTrained: false).Score(Batch);
            double loss = -(scores.Logits.log_softmax(1) * Labels).sum().item<double>() / Rows;
            Parameters.Flat.sub_(moved);
            return loss;
        }

        return (At(1) - At(-1)) / (2 * epsilon);
    }

    /// <summary>Seeded signs for the numbers of each segment, zero between segments.</summary>
    internal double[] Direction(int seed)
    {
        var random = new Random(seed);
        var direction = new double[Parameters.Layout.Length];
        foreach (var segment in Parameters.Layout.Segments)
        {
            for (long i = 0; i < segment.Length; i++)
            {
                direction[segment.Offset + i] = random.Next(2) == 0 ? 1 : -1;
            }
        }

        return direction;
    }

    /// <summary>Moves all numbers a little: at their first values, channels of zeros lie where relu has its bend.</summary>
    private void Disturb()
    {
        using var scope = NewDisposeScope();
        for (int i = 0; i < Parameters.Layout.Segments.Count; i++)
        {
            var noise = sin(Arange(Parameters.Layout.Segments[i].Length, dtype: ScalarType.Float64).Plus(i)).Times(0.05);
            Parameters[i].Accumulate(noise.view(Parameters[i].shape).to(Parameters.DType));
        }
    }

    internal static double[] Doubles(FlatVector vector)
    {
        var numbers = new double[vector.Layout.Length];
        vector.CopyTo(numbers);
        return numbers;
    }

    internal static double Distance(double[] expected, double[] actual) =>
        Math.Sqrt(expected.Zip(actual, (a, b) => (a - b) * (a - b)).Sum() / expected.Sum(a => a * a));

    public void Dispose()
    {
        Labels.Dispose();
        Batch.Dispose();
        Parameters.Dispose();
        Model.Dispose();
    }
}
