using FlowOde.Flows.Bijections;
using FlowOde.Flows.Composition;
using FlowOde.Flows.Randomness;
using FlowOde.Flows.TraceEstimators;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Composition;

/// <summary>Small models with seeded parameters.</summary>
internal static class TestFlows
{
    public static RandomSource Source { get; } = new(42);

    public static FlowSettings Exact(double tolerance) => new()
    {
        Stepper = StepperCatalog.Find("dopri5")!,
        Controller = new PidController { Tolerances = new(tolerance, tolerance) },
        Trace = new ExactTrace(),
    };

    public static FlowSettings Steps(int steps, ITraceEstimator trace) => new()
    {
        Stepper = StepperCatalog.Find("dopri5")!,
        Controller = new ConstantStep(steps),
        Trace = trace,
    };

    public static Standardize Unit(int dimension) => new(new double[dimension], [.. Enumerable.Repeat(1.0, dimension)]);

    public static FlowDraw Draw(long rows, long step = 0) => new(Source, RandomPurpose.Probe, step, [.. Enumerable.Range(0, (int)rows).Select(i => (long)i)]);

    public static Tensor Normal(int rows, int dimension, ScalarType dtype = ScalarType.Float64, long step = 0)
    {
        var values = new double[rows * dimension];
        Source.Stream(RandomPurpose.Sample, step).FillNormal<double>([.. Enumerable.Range(0, rows).Select(i => (long)i)], dimension, values);
        return tensor(values, dtype: ScalarType.Float64).view(rows, dimension).to(dtype);
    }

    public static Tensor LogDensity(SequentialFlow flow, Tensor data)
    {
        using var result = flow.ToBase(data, Draw(data.shape[0]));
        return StandardNormal.LogDensity(result.Values) - result.DeltaLogDensity;
    }

    /// <summary>A model whose field is W z + b, so that everything is known.</summary>
    public static (FlowModel Model, FlatVector Parameters) Linear(double[,] matrix, double baseTime, double dataTime)
    {
        int dimension = matrix.GetLength(0);
        var model = new FlowModel(new FlowOptions { Dimension = dimension, Hidden = [], Layer = "ignore", Activation = "identity", BaseTime = baseTime, DataTime = dataTime }, Unit(dimension));
        var parameters = new FlatVector(model.Layout, ScalarType.Float64);
        parameters["block0.weight.0"].copy_(tensor(matrix));
        return (model, parameters);
    }

    /// <summary>The largest absolute entry of a difference.</summary>
    public static double Difference(Tensor a, Tensor b)
    {
        using var scope = NewDisposeScope();
        return (a - b).abs().max().to(ScalarType.Float64).item<double>();
    }
}
