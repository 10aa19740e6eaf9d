using FlowOde.Flows.Bijections;
using FlowOde.Solvers;
using FlowOde.Solvers.StepSizeControllers;

namespace FlowOde.Flows.Objectives;

/// <summary>A loss with what it is made of and what it cost.</summary>
public sealed record ObjectiveResult
{
    /// <summary>The loss: the mean score and weighted regularisers.</summary>
    public required double Loss { get; init; }

    /// <summary>Σ of the rows' scores: of the likelihood −log p(x) in nats, of flow matching the mean squared error of the velocity.</summary>
    public required double SumScore { get; init; }

    /// <summary>Σ of their squares, for a standard error.</summary>
    public required double SumSquaredScore { get; init; }

    /// <summary>Number of rows.</summary>
    public required long Rows { get; init; }

    /// <summary>What the forward solves cost, the most expensive shard's.</summary>
    public required SolveStatistics Forward { get; init; }

    /// <summary>What the backward pass cost, the most expensive shard's.</summary>
    public required SolveStatistics Backward { get; init; }

    /// <summary>The accepted grid of each continuous part, in the order travelled; of the first shard.</summary>
    public IReadOnlyList<IReadOnlyList<double>> Grids { get; init; } = [];

    /// <summary>How the forward solves stepped, in the order travelled, those of one shard behind those of another: what the next batch can start from.</summary>
    public IReadOnlyList<StepProfile> Profiles { get; init; } = [];

    /// <summary>What the flow's parts with running statistics propose for them, of all rows, in the order travelled.</summary>
    public IReadOnlyList<BatchMoments> Moments { get; init; } = [];

    /// <summary>Bytes of tapes and states kept, so far as the gradient method counts them; all shards together.</summary>
    public long KeptBytes { get; init; }

    /// <summary>The largest drift of a state that was rebuilt backward.</summary>
    public double Drift { get; init; }

    /// <summary>The mean score of a row.</summary>
    public double Score => SumScore / Rows;

    /// <summary>The standard error of <see cref="Score"/>, in nats.</summary>
    public double StandardError => Rows < 2 ? double.NaN
        : Math.Sqrt(Math.Max(0, (SumSquaredScore / Rows) - (Score * Score)) / (Rows - 1));
}
