using FlowOde.Cli.Failures;
using FlowOde.Cli.Runs;
using FlowOde.Cli.Settings;
using FlowOde.Flows.Classification;
using FlowOde.Flows.Storage;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Cli.Classifying;

/// <summary>A classifier on disk: parameters by name, the units of its rows and the configuration.</summary>
internal static class ClassifierStore
{
    private const string Mean = "standardize.mean";
    private const string Scale = "standardize.scale";

    /// <summary>Replaces the saved classifier.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="model">The classifier.</param>
    /// <param name="parameters">Its parameters.</param>
    /// <param name="config">What it was made by.</param>
    /// <param name="iteration">The iteration its parameters are from.</param>
    public static void Write(RunFolder folder, OdeClassifier model, FlatVector parameters, RunConfig config, long iteration)
    {
        using var scope = NewDisposeScope();
        List<(string, Tensor)> tensors =
        [
            (Mean, tensor([.. model.Mean])),
            (Scale, tensor([.. model.Scale])),
            .. parameters.Layout.Segments.Select((segment, i) => (segment.Name, parameters[i])),
        ];
        var metadata = new Dictionary<string, string> { ["kind"] = "flowode.classifier", ["iteration"] = $"{iteration}", ["config"] = RunJson.Line(config.ToPortableJson()) };
        AtomicFile.Write(folder.Model, stream => SafetensorsWriter.Write(stream, tensors, metadata));
    }

    /// <summary>Reads the saved classifier of a run.</summary>
    /// <exception cref="UsageException">The run has none yet, or is of another kind.</exception>
    /// <exception cref="CheckpointFormatException">The file is damaged.</exception>
    public static LoadedClassifier Read(RunFolder folder)
    {
        var config = RunConfig.ReadClassifier(folder);
        if (!File.Exists(folder.Model))
        {
            throw new UsageException($"'{folder.Path}' has no model.safetensors yet: nothing was validated. `flowode classify --resume {folder.Path}` goes on training.");
        }

        using var scope = NewDisposeScope();
        using var file = Checkpoint.Open(folder.Model);
        try
        {
            var model = new OdeClassifier(ClassifierSettings.Read(config.Values, config.Dimension, config.Image, config.Classes!.Count), Numbers(file, Mean, config.Dimension), Numbers(file, Scale, config.Dimension));
            var dtype = SolveSettings.DType(config.Values);
            var parameters = new FlatVector(model.Layout, dtype);
            for (int i = 0; i < model.Layout.Segments.Count; i++)
            {
                parameters[i].copy_(file.Require(model.Layout.Segments[i].Name, model.Layout.Segments[i].Shape, dtype));
            }

            return new(folder, config, model, parameters);
        }
        catch (CheckpointFormatException problem)
        {
            throw new CheckpointFormatException($"{folder.Model}: {problem.Message}", problem);
        }
    }

    private static double[] Numbers(SafetensorsFile file, string name, int count) =>
        file.Require(name, [count], ScalarType.Float64).data<double>().ToArray();
}
