using FlowOde.Cli.Runs;
using FlowOde.Cli.Training;
using FlowOde.Data.Sources;

namespace FlowOde.Cli.Settings;

/// <summary>What defaults may depend on.</summary>
/// <param name="Dimension">Number of columns.</param>
/// <param name="TrainRows">Training rows, or null where there are as many as wanted.</param>
/// <param name="NeedsDouble">Whether a column lies so far from 0 that float32 would lose its digits.</param>
internal sealed record DataFacts(int Dimension, int? TrainRows, bool NeedsDouble)
{
    /// <summary>How rows are images; null where they are none.</summary>
    public RunImage? Image { get; init; }

    /// <summary>What is known before the rows are split.</summary>
    public static DataFacts Of(DataSource source) => new(source.ColumnCount, null, false);

    /// <summary>What is known of prepared data.</summary>
    public static DataFacts Of(TrainingData data) => new(data.Dimension, data.TrainRows, Standardization.ColumnThatNeedsDouble(data) >= 0) { Image = data.Image };
}
