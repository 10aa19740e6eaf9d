using System.Diagnostics;
using FlowOde.Cli.Runs;
using FlowOde.Cli.Settings;
using FlowOde.Cli.Training;
using FlowOde.Flows.Objectives;
using FlowOde.Flows.Randomness;
using FlowOde.Flows.Training;
using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Cli.Certifying;

/// <summary>The training loss of a model on one batch of its data, in float64 and float32: what is certified. Owns the parameters.</summary>
internal abstract class CertifiedLoss : IDisposable
{
    private readonly FlatVector _single;
    private readonly TrainingBatch _batch;
    private readonly TrainingBatch _singleBatch;

    /// <summary>Takes parameters and the first batch of training.</summary>
    /// <param name="values">The settings.</param>
    /// <param name="data">The data.</param>
    /// <param name="classes">Number of classes that the model is told, or 0.</param>
    /// <param name="parameters">The parameters in float64 on the CPU; they become this object's.</param>
    protected CertifiedLoss(SettingValues values, TrainingData data, int classes, FlatVector parameters)
    {
        (Parameters, Random) = (parameters, new((ulong)values.Integer("seed")));

        // One set of numbers for both types, those that float32 can hold; data that need float64 have no other.
        HasSingle = values.Text("dtype") == "float32";
        _single = TrainedModel.Copy(Parameters, ScalarType.Float32, CPU);
        Parameters.CopyFrom(HasSingle ? _single : Parameters);
        int rows = (int)values.Integer("batch");
        _singleBatch = new BatchSource(data, Random, rows, classes, HasSingle ? ScalarType.Float32 : ScalarType.Float64, CPU).At(0);
        _batch = new(_singleBatch.Values.to(ScalarType.Float64, copy: true), _singleBatch.Rows) { Context = _singleBatch.Context?.to(ScalarType.Float64, copy: true) };
    }

    /// <summary>Whether the model is one for float32.</summary>
    public bool HasSingle { get; }

    /// <summary>The parameters in float64.</summary>
    public FlatVector Parameters { get; }

    /// <summary>How the model is solved in training; solver and gradient method are replaced by those that are certified.</summary>
    public abstract CertifiedSolve Usual { get; }

    /// <summary>The gradient method that the others are held to.</summary>
    public virtual IAdjoint Reference => new DirectAdjoint();

    /// <summary>Whether the number of steps is a choice, so that a finer solve is of the same model.</summary>
    public virtual bool ChoosesSteps => true;

    /// <summary>Whether the loss has derivatives of every order.</summary>
    public virtual bool IsSmooth => true;

    /// <summary>What is doubtful about the parameters, or null.</summary>
    public virtual string? Warning => null;

    /// <summary>The draws of the model's seed.</summary>
    protected RandomSource Random { get; }

    /// <summary>Loss and gradient.</summary>
    /// <param name="solve">Solver, steps and gradient method.</param>
    /// <param name="dtype">Float64 or float32.</param>
    public CertifiedGradient Gradient(CertifiedSolve solve, ScalarType dtype = ScalarType.Float64)
    {
        var (parameters, batch) = dtype == ScalarType.Float32 ? (_single, _singleBatch) : (Parameters, _batch);
        var gradient = parameters.CreateLike();
        try
        {
            var clock = Stopwatch.StartNew();
            var result = Evaluate(solve, parameters, batch, gradient);
            return new(gradient, result, clock.Elapsed.TotalSeconds);
        }
        catch
        {
            gradient.Dispose();
            throw;
        }
    }

    /// <summary>Directions of length 1 in the space of the parameters; they belong to the caller.</summary>
    public IReadOnlyList<FlatVector> Directions(int count) => [.. Enumerable.Range(0, count).Select(number =>
    {
        var direction = Normals(Parameters, Random, number);
        double length = Math.Sqrt(LinearCombination.Dot(direction, direction, [new(0, direction.Layout.Length)]));
        using TorchSharp.Scalar shorten = 1 / length;
        direction.Flat.mul_(shorten);
        return direction;
    })];

    /// <inheritdoc/>
    public virtual void Dispose()
    {
        Parameters.Dispose();
        _single.Dispose();
        _singleBatch.Dispose();
        _batch.Dispose();
    }

    /// <summary>Loss and gradient of parameters on a batch.</summary>
    /// <param name="solve">Solver, steps and gradient method.</param>
    /// <param name="parameters">The parameters, in either type.</param>
    /// <param name="batch">The batch, in the same.</param>
    /// <param name="intoGradient">Receives the gradient; zeros before.</param>
    protected abstract ObjectiveResult Evaluate(CertifiedSolve solve, FlatVector parameters, TrainingBatch batch, FlatVector intoGradient);

    /// <summary>Normal draws, one for each parameter; they belong to the caller.</summary>
    protected static FlatVector Normals(FlatVector parameters, RandomSource random, int number)
    {
        var normals = parameters.CreateLike();
        var stream = random.Stream(RandomPurpose.Direction, number);
        for (int i = 0; i < normals.Layout.Segments.Count; i++)
        {
            stream.FillNormal<double>([i], checked((int)normals.Layout.Segments[i].Length), normals.AsSpan<double>(i));
        }

        return normals;
    }
}
