using FlowOde.Cli.Runs;
using FlowOde.Data.ToyDensities;
using FlowOde.Flows.Bijections;
using FlowOde.Flows.Randomness;

namespace FlowOde.Cli.Training;

/// <summary>What a model is trained on: batches as functions of the step, and the parts that are scored.</summary>
internal abstract class TrainingData
{
    /// <summary>The name for people.</summary>
    public required string Name { get; init; }

    /// <summary>The name or the whole path, which finds the data again.</summary>
    public required string Address { get; init; }

    /// <summary>Changes when the data do.</summary>
    public required string Digest { get; init; }

    /// <summary>How rows are images; null where they are rows of a table or points.</summary>
    public RunImage? Image { get; init; }

    /// <summary>The columns' names; none where rows are images.</summary>
    public required IReadOnlyList<string> Columns { get; init; }

    /// <summary>The density that rows are drawn from, where it is known.</summary>
    public IToyDensity? Truth { get; init; }

    /// <summary>Rows for training, or a sample of them.</summary>
    public required DataPart Train { get; init; }

    /// <summary>Rows for validation.</summary>
    public required DataPart Validation { get; init; }

    /// <summary>Rows for the test.</summary>
    public required DataPart Test { get; init; }

    /// <summary>From data to standardised units, by the training rows; null for images, where it follows from their levels.</summary>
    public required Standardize? Standardize { get; init; }

    /// <summary>Numbers of a row.</summary>
    public int Dimension => Image?.Length ?? Columns.Count;

    /// <summary>Number of training rows, or null where there are as many as wanted.</summary>
    public abstract int? TrainRows { get; }

    /// <summary>The rows of a training step: a function of the run's draws and the step alone.</summary>
    /// <param name="source">The run's draws.</param>
    /// <param name="step">The step, from 0.</param>
    /// <param name="intoValues">Receives the rows, [rows, dimension].</param>
    /// <param name="intoRows">Receives their numbers, [rows].</param>
    public abstract void FillBatch(RandomSource source, long step, double[] intoValues, long[] intoRows);

    /// <summary>The class of a training row, or −1 where it has none.</summary>
    public virtual int Label(long row) => -1;
}
