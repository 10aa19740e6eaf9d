using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Flows.Training;

/// <summary>
/// Everything a run needs to go on bit for bit: parameters, their average, the best average, the optimiser's moments, the last good
/// state and the counters. Draws and batches are functions of the iteration and need no state. Owns its vectors.
/// </summary>
public sealed class TrainingState : IDisposable
{
    /// <summary>Starts a run.</summary>
    /// <param name="parameters">The initial parameters; the state owns them from now on.</param>
    /// <param name="options">The constants of the optimiser.</param>
    /// <param name="plan">The number of iterations.</param>
    /// <param name="statistics">The initial running statistics, of a model that has any; the state owns them from now on.</param>
    public TrainingState(FlatVector parameters, OptimizerOptions options, IterationPlan plan, FlatVector? statistics = null)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(options);
        (Parameters, Plan) = (parameters, plan);
        (Average, Best, Optimizer) = (parameters.Clone(), parameters.Clone(), options.Create(parameters));
        (GoodParameters, GoodAverage) = (parameters.Clone(), parameters.Clone());
        GoodMoments = [.. Optimizer.Moments.Select(_ => parameters.CreateLike())];
        Statistics = statistics ?? new FlatVector(VectorLayout.Empty, parameters.DType, parameters.Device);
        (BestStatistics, GoodStatistics) = (Statistics.Clone(), Statistics.Clone());
    }

    /// <summary>The parameters that are trained.</summary>
    public FlatVector Parameters { get; }

    /// <summary>Their average, by which the model is validated.</summary>
    public FlatVector Average { get; }

    /// <summary>The average at the best validation.</summary>
    public FlatVector Best { get; }

    /// <summary>The running statistics of the model's norms, which the trainer moves after each accepted step: a moving average already, for the parameters and their average alike. Empty without norms.</summary>
    public FlatVector Statistics { get; }

    /// <summary>The running statistics at the best validation.</summary>
    public FlatVector BestStatistics { get; }

    /// <summary>The running statistics of the last good state.</summary>
    public FlatVector GoodStatistics { get; }

    /// <summary>The optimiser with its moments.</summary>
    public IOptimizer Optimizer { get; }

    /// <summary>The parameters of the last good state, to which failures in a row return.</summary>
    public FlatVector GoodParameters { get; }

    /// <summary>Their average there.</summary>
    public FlatVector GoodAverage { get; }

    /// <summary>The optimiser's moments there, in its order.</summary>
    public IReadOnlyList<FlatVector> GoodMoments { get; }

    /// <summary>The optimiser's steps there.</summary>
    public long GoodSteps { get; set; }

    /// <summary>Iterations made, skipped ones included.</summary>
    public long Iteration { get; set; }

    /// <summary>The number of iterations of the run.</summary>
    public IterationPlan Plan { get; set; }

    /// <summary>Seconds of training so far.</summary>
    public double Seconds { get; set; }

    /// <summary>Seconds and iterations at the last decision of the plan, from which the rate is measured.</summary>
    public (double Seconds, long Iteration) RateMark { get; set; }

    /// <summary>The learning rate's factor: halved at each recovery.</summary>
    public double RateFactor { get; set; } = 1;

    /// <summary>Skipped iterations since the last good one.</summary>
    public int FailuresInARow { get; set; }

    /// <summary>Skipped iterations of the run.</summary>
    public long Failures { get; set; }

    /// <summary>How the solves of the last iteration stepped, from which the next ones start; empty before the first.</summary>
    public IReadOnlyList<StepProfile> Profiles { get; set; } = [];

    /// <summary>The best validation, or null before the first.</summary>
    public ValidationResult? BestValidation { get; set; }

    /// <summary>The iteration of the best validation.</summary>
    public long BestIteration { get; set; }

    /// <summary>Validations since the best one.</summary>
    public int ValidationsSinceBest { get; set; }

    /// <summary>Whether the run ended by itself: planned iterations made, or patience used up.</summary>
    public bool IsComplete { get; set; }

    /// <summary>Every vector with its name in a file; running statistics only where there are any.</summary>
    public IReadOnlyList<(string Name, FlatVector Vector)> Vectors =>
    [
        ("parameters", Parameters), ("average", Average), ("best", Best),
        .. Optimizer.Moments,
        ("good.parameters", GoodParameters), ("good.average", GoodAverage),
        .. Optimizer.Moments.Zip(GoodMoments, (moment, good) => ($"good.{moment.Name.Split('.')[^1]}", good)),
        .. RunningStatistics,
    ];

    private IReadOnlyList<(string Name, FlatVector Vector)> RunningStatistics => Statistics.Layout.Length == 0
        ? []
        : [("statistics", Statistics), ("best.statistics", BestStatistics), ("good.statistics", GoodStatistics)];

    /// <summary>Makes the present state the last good one.</summary>
    public void MarkGood()
    {
        GoodParameters.CopyFrom(Parameters);
        GoodAverage.CopyFrom(Average);
        GoodStatistics.CopyFrom(Statistics);
        foreach (var (moment, good) in Optimizer.Moments.Zip(GoodMoments))
        {
            good.CopyFrom(moment.Vector);
        }

        GoodSteps = Optimizer.Steps;
    }

    /// <summary>Returns to the last good state with half the learning rate.</summary>
    public void Recover()
    {
        Parameters.CopyFrom(GoodParameters);
        Average.CopyFrom(GoodAverage);
        Statistics.CopyFrom(GoodStatistics);
        foreach (var (moment, good) in Optimizer.Moments.Zip(GoodMoments))
        {
            moment.Vector.CopyFrom(good);
        }

        Optimizer.Steps = GoodSteps;
        RateFactor /= 2;
        FailuresInARow = 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Optimizer.Dispose();
        foreach (var vector in GoodMoments.Concat([Parameters, Average, Best, GoodParameters, GoodAverage, Statistics, BestStatistics, GoodStatistics]))
        {
            vector.Dispose();
        }
    }
}
