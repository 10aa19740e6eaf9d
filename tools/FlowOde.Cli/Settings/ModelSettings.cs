using FlowOde.Cli.Failures;
using FlowOde.Cli.Runs;
using FlowOde.Cli.Training;
using FlowOde.Flows.Bijections;
using FlowOde.Flows.Composition;

namespace FlowOde.Cli.Settings;

/// <summary>Reads what a model is made of.</summary>
internal static class ModelSettings
{
    /// <summary>The value that leaves something out.</summary>
    public const string None = "none";

    /// <summary>A model for data.</summary>
    /// <param name="values">What was chosen.</param>
    /// <param name="data">The data.</param>
    /// <exception cref="UsageException">The choices do not fit together, or not the data.</exception>
    public static FlowModel Create(SettingValues values, TrainingData data) => Create(Read(values, data.Dimension, data.Image), data.Standardize);

    /// <summary>A model.</summary>
    /// <param name="options">What it is made of.</param>
    /// <param name="standardize">The map from data to standardised units; null for images, where it follows from the levels.</param>
    /// <exception cref="UsageException">The choices do not fit together, or not the data.</exception>
    public static FlowModel Create(FlowOptions options, Standardize? standardize)
    {
        try
        {
            return standardize is null ? new(options) : new(options, standardize);
        }
        catch (ArgumentException problem)
        {
            throw new UsageException($"The model does not fit the data: {problem.Message.Split(" (Parameter '", 2)[0]}", problem);
        }
    }

    /// <summary>The model's options.</summary>
    /// <param name="values">What was chosen.</param>
    /// <param name="dimension">Numbers of a row.</param>
    /// <param name="image">How a row is an image, or null.</param>
    /// <exception cref="UsageException">Base and data time are equal, or something is for images only.</exception>
    public static FlowOptions Read(SettingValues values, int dimension, RunImage? image)
    {
        if (image is null)
        {
            RefuseWithoutImages(values);
        }

        var options = new FlowOptions
        {
            Dimension = dimension,
            Image = image?.Shape,
            Levels = image?.Levels,
            LogitAlpha = values.TextOrNull("logit-alpha") is { } alpha && alpha != None ? double.Parse(alpha) : null,
            Network = values.TextOrNull("network"),
            Hidden = [.. values.List("hidden").Select(int.Parse)],
            Blocks = (int)values.Integer("blocks"),
            Scales = values.Has("scales") ? (int)values.Integer("scales") : 1,
            HasBatchNorm = values.Flag("batch-norm"),
            ContextDimension = values.TextOrNull("condition") == "class" ? RequireClasses(image) : 0,
            Layer = values.Text("layer"),
            Activation = values.Text("activation"),
            BaseTime = values.Number("base-time"),
            DataTime = values.Number("data-time"),
            LearnsDataTime = values.Flag("learn-end-time"),
            LastLayerScale = values.Number("last-layer-scale"),
            Strides = [.. values.List("strides").Select(int.Parse)],
            BottleneckLayer = values.Has("bottleneck-layer") ? (int)values.Integer("bottleneck-layer") : 0,
            ResidualBlocks = values.Has("residual-blocks") ? (int)values.Integer("residual-blocks") : 1,
            AttentionLevels = [.. values.List("attention").Select(int.Parse)],
            AttentionHeads = values.Has("heads") ? (int)values.Integer("heads") : 4,
        };
        return options.BaseTime != options.DataTime
            ? options
            : throw new UsageException($"--base-time and --data-time are both {options.BaseTime:R}; they must differ, as nothing can flow in no time.");
    }

    /// <summary>Refuses choices that say nothing about the network that is trained.</summary>
    /// <param name="asked">What was chosen, without defaults.</param>
    /// <param name="values">All settings.</param>
    /// <exception cref="UsageException">There is such a choice.</exception>
    public static void RefuseIdle(SettingValues asked, SettingValues values)
    {
        string network = values.Text("network");
        void Refuse(bool isIdle, string because, params string[] names)
        {
            if (isIdle && Array.Find(names, asked.Has) is { } name)
            {
                throw new UsageException($"--{name} says nothing about {because}; leave it out.");
            }
        }

        Refuse(network == "unet", "a U-Net, which has layers, activations and levels of its own", "layer", "activation", "strides", "bottleneck-layer");
        Refuse(network != "unet", $"--network {network}; it is for unet", "residual-blocks", "attention", "heads");
        Refuse(network == "unet" && values.List("attention").Count == 0, "a U-Net without --attention", "heads");
        Refuse(values.TextOrNull("condition") != "class", "a model that is told no classes", "class-dropout");
    }

    private static int RequireClasses(RunImage? image) => image is { Classes.Count: > 0 }
        ? image.Classes.Count
        : throw new UsageException("--condition class needs images with classes: labels beside them, or a sub-folder for each class. Leave it out.");

    private static void RefuseWithoutImages(SettingValues values)
    {
        string? idle = Array.Find(["scales", "strides", "logit-alpha", "residual-blocks", "attention", "heads", "flip", "previews", "noise-samples", "score-rows"], values.Has)
            ?? (values.TextOrNull("network") is "conv" or "unet" ? "network" : null);
        if (idle is not null)
        {
            throw new UsageException($"--{idle}{(idle == "network" ? $" {values.Text(idle)}" : "")} is for images; these data are none. Leave it out.");
        }
    }
}
