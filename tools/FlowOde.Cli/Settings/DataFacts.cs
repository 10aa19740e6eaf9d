namespace FlowOde.Cli.Settings;

/// <summary>What defaults may depend on.</summary>
/// <param name="Dimension">Number of columns.</param>
/// <param name="TrainRows">Training rows, or null where there are as many as wanted.</param>
/// <param name="NeedsDouble">Whether a column lies so far from 0 that float32 would lose its digits.</param>
internal sealed record DataFacts(int Dimension, int? TrainRows, bool NeedsDouble);
