using FlowOde.Cli.Failures;
using FlowOde.Cli.Settings;
using FlowOde.Flows.Bijections;
using FlowOde.Flows.Storage;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Cli.Runs;

/// <summary>A model on disk: parameters by name, the standardisation and the configuration, all that scoring and sampling need.</summary>
internal static class ModelStore
{
    private const string Mean = "standardize.mean";
    private const string Scale = "standardize.scale";
    private const string Config = "config";

    /// <summary>Replaces the saved model.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="trained">The model with its numbers.</param>
    /// <param name="config">What it was made by.</param>
    /// <param name="iteration">The iteration its parameters are from.</param>
    public static void Write(RunFolder folder, TrainedModel trained, RunConfig config, long iteration)
    {
        using var scope = NewDisposeScope();
        var standardize = trained.Model.Standardize;
        List<(string, Tensor)> tensors =
        [
            (Mean, tensor(standardize.Mean.ToArray())),
            (Scale, tensor(standardize.Scale.ToArray())),
            .. trained.Parameters.Layout.Segments.Select((segment, i) => (segment.Name, trained.Parameters[i])),
            .. trained.Statistics.Layout.Segments.Select((segment, i) => (segment.Name, trained.Statistics[i])),
        ];
        var metadata = new Dictionary<string, string> { ["kind"] = "flowode.model", ["iteration"] = $"{iteration}", [Config] = RunJson.Line(config.ToPortableJson()) };
        AtomicFile.Write(folder.Model, stream => SafetensorsWriter.Write(stream, tensors, metadata));
    }

    /// <summary>Reads the saved model of a run.</summary>
    /// <exception cref="UsageException">The run has no model yet.</exception>
    /// <exception cref="CheckpointFormatException">The file is damaged.</exception>
    public static LoadedModel Read(RunFolder folder)
    {
        if (!File.Exists(folder.Model))
        {
            throw new UsageException($"'{folder.Path}' has no model.safetensors yet: nothing was validated. `flowode train --resume {folder.Path}` goes on training.");
        }

        var config = RunConfig.Read(folder);
        using var scope = NewDisposeScope();
        using var file = Checkpoint.Open(folder.Model);
        try
        {
            var options = ModelSettings.Read(config.Values, config.Dimension, config.Image);
            var standardize = new Standardize(Numbers(file, Mean, options.Dimension), Numbers(file, Scale, options.Dimension));
            var model = ModelSettings.Create(options, config.Image is null ? standardize : null);
            var dtype = SolveSettings.DType(config.Values);
            return new(folder, config, model, Vector(file, model.Layout, dtype), Vector(file, model.StatisticsLayout, dtype));
        }
        catch (CheckpointFormatException problem)
        {
            throw new CheckpointFormatException($"{folder.Model}: {problem.Message}", problem);
        }
    }

    private static FlatVector Vector(SafetensorsFile file, VectorLayout layout, ScalarType dtype)
    {
        var vector = new FlatVector(layout, dtype);
        for (int i = 0; i < layout.Segments.Count; i++)
        {
            vector[i].copy_(file.Require(layout.Segments[i].Name, layout.Segments[i].Shape, dtype));
        }

        return vector;
    }

    private static double[] Numbers(SafetensorsFile file, string name, int count) =>
        file.Require(name, [count], ScalarType.Float64).data<double>().ToArray();
}
