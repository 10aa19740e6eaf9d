using FlowOde.Cli.Failures;
using FlowOde.Flows.Composition;

namespace FlowOde.Cli.Settings;

/// <summary>Reads what a model is made of.</summary>
internal static class ModelSettings
{
    /// <summary>The model's options.</summary>
    /// <param name="values">What was chosen.</param>
    /// <param name="dimension">Number of columns of the data.</param>
    /// <exception cref="UsageException">Base and data time are equal.</exception>
    public static FlowOptions Read(SettingValues values, int dimension)
    {
        var options = new FlowOptions
        {
            Dimension = dimension,
            Hidden = [.. values.List("hidden").Select(int.Parse)],
            Blocks = (int)values.Integer("blocks"),
            Layer = values.Text("layer"),
            Activation = values.Text("activation"),
            BaseTime = values.Number("base-time"),
            DataTime = values.Number("data-time"),
            LearnsDataTime = values.Flag("learn-end-time"),
            LastLayerScale = values.Number("last-layer-scale"),
        };
        return options.BaseTime != options.DataTime
            ? options
            : throw new UsageException($"--base-time and --data-time are both {options.BaseTime:R}; they must differ, as nothing can flow in no time.");
    }
}
