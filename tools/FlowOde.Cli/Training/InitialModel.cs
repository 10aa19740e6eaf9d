using FlowOde.Cli.Runs;
using FlowOde.Cli.Settings;
using FlowOde.Flows.Randomness;
using static TorchSharp.torch;

namespace FlowOde.Cli.Training;

/// <summary>The model that training begins with: fresh, or that of a run.</summary>
internal static class InitialModel
{
    /// <summary>Makes the model.</summary>
    /// <param name="from">The run to take it from, or null for a fresh one.</param>
    /// <param name="values">The settings.</param>
    /// <param name="data">The data.</param>
    /// <param name="dtype">The type of its numbers.</param>
    /// <param name="device">Their device.</param>
    /// <returns>The model; its numbers belong to the caller.</returns>
    public static TrainedModel Make(RunFolder? from, SettingValues values, TrainingData data, ScalarType dtype, Device device)
    {
        if (from is not null)
        {
            using var loaded = ModelStore.Read(from);
            return new(loaded.Model, TrainedModel.Copy(loaded.Parameters, dtype, device), TrainedModel.Copy(loaded.Statistics, dtype, device));
        }

        var model = ModelSettings.Create(values, data);
        return new(model, model.CreateParameters(new RandomSource((ulong)values.Integer("seed")), dtype, device), model.CreateStatistics(dtype, device));
    }
}
