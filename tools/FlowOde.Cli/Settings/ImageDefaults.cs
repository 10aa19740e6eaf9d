using FlowOde.Cli.Runs;
using FlowOde.Flows.Composition;

namespace FlowOde.Cli.Settings;

/// <summary>What holds for images where nobody says anything.</summary>
internal static class ImageDefaults
{
    private const int SmallImage = 256; // numbers of an image that trains in minutes

    /// <summary>Adds the defaults of images, in place of those of tables.</summary>
    /// <param name="layer">The defaults of tables.</param>
    /// <param name="image">The images.</param>
    /// <param name="objective">What training makes small.</param>
    /// <param name="network">The network asked for, or null.</param>
    /// <param name="rows">Training rows.</param>
    public static SettingLayer Add(SettingLayer layer, RunImage image, string objective, string? network, int rows)
    {
        bool isSmall = image.Length <= SmallImage;
        layer
            .Add("rtol", "0.001").Add("atol", "0.001")
            .Add("schedule", "cosine")
            .Add("patience", "0")
            .Add("minutes", isSmall ? "8" : "40")
            .Add("score-rows", isSmall ? "200" : "20")
            .Add("noise-samples", "2")
            .Add("previews", "36")
            .Add("attention", ModelSettings.None)
            .Add("residual-blocks", "1")
            .Add("heads", "4");
        return objective == ObjectiveSettings.Likelihood ? AddLikelihood(layer, image, network ?? "conv", isSmall, rows) : AddMatching(layer, image, network ?? "unet", isSmall, rows);
    }

    /// <summary>The settings of RNODE, at a width that two cores can train.</summary>
    private static SettingLayer AddLikelihood(SettingLayer layer, RunImage image, string network, bool isSmall, int rows) => layer
        .Add("network", network)
        .Add("hidden", network == "unet" ? Levels(image, 32) : isSmall ? ["32", "32"] : ["64", "64"])
        .Add("scales", network == "unet" ? "1" : $"{ImagePresets.ScalesOf(image.Shape)}")
        .Add("layer", "concat")
        .Add("activation", "softplus")
        .Add("logit-alpha", image.Levels == 256 ? "1E-06" : "0.01") // of few levels the outermost ones are as wide as the others
        .Add("condition", ModelSettings.None)
        .Add("regularize", "kinetic-energy=0.01", "jacobian-frobenius=0.01")
        .Add("batch", $"{Math.Min(64, rows)}")
        .Add("lr", isSmall ? "0.01" : "0.005")
        .Add("validate-every", isSmall ? "200" : "25")
        .Add("validation-rows", isSmall ? "256" : "64")
        .Add("average", isSmall ? "0.999" : "0.99");

    private static SettingLayer AddMatching(SettingLayer layer, RunImage image, string network, bool isSmall, int rows) => layer
        .Add("network", network)
        .Add("hidden", network == "unet" ? Levels(image, isSmall ? 32 : 16) : ["64", "64", "64"])
        .Add("scales", "1")
        .Add("logit-alpha", ModelSettings.None)
        .Add("condition", image.Classes.Count > 0 ? "class" : ModelSettings.None)
        .Add("batch", $"{Math.Min(128, rows)}")
        .Add("lr", "0.002")
        .Add("clip", "1")
        .Add("validate-every", "500")
        .Add("validation-rows", "512")
        .Add("average", "0.999");

    /// <summary>The channels of a U-Net's levels: as many levels as halve the image down to 4 pixels, three at most, each of twice the channels.</summary>
    private static string[] Levels(RunImage image, int channels) => [.. Enumerable.Range(0, Math.Min(3, ImagePresets.ScalesOf(image.Shape))).Select(level => $"{channels << level}")];
}
