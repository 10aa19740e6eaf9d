using FlowOde.Flows.Composition;
using FlowOde.Flows.Layers;
using FlowOde.Flows.Layers.Activations;

namespace FlowOde.Cli.Settings;

/// <summary>The settings that say what a model is.</summary>
internal static class ModelCatalog
{
    /// <summary>All of them, in the order in which help lists them.</summary>
    public static IReadOnlyList<Setting> All { get; } =
    [
        new("network", SettingKind.Text, "NAME", "the network of each block") { Choices = () => NetworkKinds.All.Select(kind => kind.Name) },
        new("hidden", SettingKind.Integers, "64,64,64", "widths of the hidden layers of each block; of a U-Net, channels of its levels") { Least = 1, Most = 65536 },
        new("blocks", SettingKind.Integer, "N", "continuous flows behind each other") { Least = 1, Most = 100 },
        new("layer", SettingKind.Text, "NAME", "how layers depend on time") { Choices = () => KnownLayers.All.Select(layer => layer.Name) },
        new("activation", SettingKind.Text, "NAME", "the nonlinearity between layers") { Choices = () => KnownActivations.All.Select(activation => activation.Name) },
        new("strides", SettingKind.Integers, "1,2,-2", "strides of a chain of convolutions: 1 keeps the size, 2 halves it, -2 doubles it; one for each layer, the last one included") { Least = -2, Most = 2 },
        new("bottleneck-layer", SettingKind.Integer, "N", "estimates the trace through the output of this layer, counted from 1: narrower noise, the same field") { Least = 1, Most = 100 },
        new("residual-blocks", SettingKind.Integer, "N", "residual blocks of each level of a U-Net") { Least = 1, Most = 10 },
        new("attention", SettingKind.Integers, "LEVELS", "levels of a U-Net whose pixels attend to each other, 0 the full image; none for no level") { Least = 0, Most = 9 },
        new("heads", SettingKind.Integer, "N", "heads of a U-Net's attention") { Least = 1, Most = 64 },
        new("scales", SettingKind.Integer, "N", "scales of a flow of images; each but the last gives half of its channels to the base") { Least = 1, Most = 10 },
        new("batch-norm", SettingKind.Flag, "", "puts a norm with running statistics between continuous flows") { Choices = () => [SettingValues.Yes, SettingValues.No] },
        new("logit-alpha", SettingKind.Text, "X|none", "images pass a logit of α + (1 − 2α)x; none maps them to [-1, 1]") { Choices = () => [ModelSettings.None], Otherwise = NoLogit },
        new("condition", SettingKind.Text, "class|none", "whether the model is told the class of each image") { Choices = () => ["class", ModelSettings.None] },
        new("base-time", SettingKind.Number, "T", "the time at which rows follow the base density"),
        new("data-time", SettingKind.Number, "T", "the time at which rows are data"),
        new("learn-end-time", SettingKind.Flag, "", "makes the data time a parameter, which starts at --data-time") { Choices = () => [SettingValues.Yes, SettingValues.No] },
        new("last-layer-scale", SettingKind.Number, "X", "factor of the last layer's first weights; small starts near the identity") { Least = 0 },
    ];

    private static string? NoLogit(string text) => double.TryParse(text, out double alpha) && alpha is >= 0 and < 0.5
        ? null
        : $"'{text}' is no α; expected a number from 0 to less than 0.5, such as 1e-6, or {ModelSettings.None}.";
}
