using FlowOde.Cli.Runs;
using FlowOde.Flows.Classification.Blocks;
using FlowOde.Flows.Classification.Chains;

namespace FlowOde.Cli.Settings;

/// <summary>What holds for classifiers where nobody says anything, as a function of the data.</summary>
internal static class ClassifierDefaults
{
    /// <summary>The architecture.</summary>
    public const string Architecture = "ode-net";

    private const int SmallImage = 256; // numbers of an image that trains in a minute
    private const int SmallestHalved = 8;
    private const int MostHalvings = 2;

    /// <summary>The defaults of one architecture.</summary>
    /// <param name="image">How rows are images, or null.</param>
    /// <param name="rows">Training rows, or null while they are not known.</param>
    /// <param name="asked">What the user chose: what is not chosen depends on it.</param>
    public static SettingLayer For(RunImage? image, int? rows, SettingValues asked)
    {
        string name = asked.TextOrNull("architecture") ?? Architecture, field = asked.TextOrNull("field") ?? (image is null ? "mlp" : "conv");
        string optimizer = asked.TextOrNull("optimizer") ?? ClassifierCatalog.Adam;
        bool isSgd = optimizer == ClassifierCatalog.Sgd, isControl = ClassifierCatalog.OfControl.Contains(optimizer), isSmall = image is null || image.Length <= SmallImage;
        var layer = new SettingLayer("default ")
            .Add("architecture", name)
            .Add("field", field)
            .Add("channels", "32")
            .Add("adjoint-memory", "512MB")
            .Add("optimizer", optimizer)
            .Add("lr", isControl ? "1" : isSgd ? "0.1" : "0.004")
            .Add("schedule", isSgd ? "step-odenet" : "cosine")
            .Add("warmup", isSgd || isControl ? "0" : "20")
            .Add("average", "0.99")
            .Add("batch", $"{Math.Min(isSmall ? 64 : 128, rows ?? 64)}")
            .Add("minutes", isSmall ? "1" : "40")
            .Add("validate-every", "100")
            .Add("validation-rows", "1000")
            .Add("patience", "0")
            .Add("validation", "0.1")
            .Add("test", "0.2")
            .Add("header", "auto")
            .Add("missing", "fail")
            .Add("seed", "0")
            .Add("device", "auto")
            .Add("dtype", "float32")
            .Add("threads", isControl ? "1" : $"{Math.Clamp(Environment.ProcessorCount, 1, 16)}");
        if (isSgd)
        {
            layer.Add("momentum", "0.9");
        }

        layer = isControl
            ? layer.Add("ascents", "10").Add("ascent-rate", "1")
            : layer.Add("clip", "10").Add("weight-decay", isSgd ? "0.0005" : "0.01");
        if (optimizer == ClassifierCatalog.ExtendedMsa)
        {
            layer.Add("penalty", field == "mlp" ? "1" : "0.001"); // blocks without norms move further, and past each other
        }

        if (image is not null)
        {
            layer.Add("shift", $"{(isSmall ? 1 : 2)}");
        }

        if (field == "conv" && image is not null)
        {
            layer.Add("halvings", $"{Halvings(Math.Min(image.Height, image.Width))}").Add("stem", StemShape.Padded.Name).Add("norm-groups", "8");
        }

        return KnownArchitectures.All.FirstOrDefault(entry => entry.Name == name) is { } architecture ? AddScheme(layer, architecture, isSmall, isControl, asked.TextOrNull("solver")) : layer;
    }

    /// <summary>How often images of this size are halved: while a side has 8 pixels, and twice at most, as published.</summary>
    private static int Halvings(int side)
    {
        int halvings = 0;
        while (halvings < MostHalvings && side >= SmallestHalved)
        {
            (side, halvings) = ((side + 1) / 2, halvings + 1);
        }

        return halvings;
    }

    private static SettingLayer AddScheme(SettingLayer layer, Architecture architecture, bool isSmall, bool isControl, string? solver)
    {
        if (architecture.IsAugmented)
        {
            layer.Add("extra-channels", isSmall ? "8" : "16");
        }

        if (!architecture.HasOwnGradient && !isControl)
        {
            layer.Add("adjoint", AdjointSettings.UsualFor(solver));
        }

        return architecture.ChoosesSteps
            ? layer.Add("solver", "bosh3").Add("rtol", "0.01").Add("atol", "0.01").Add("controller", "i").Add("error-norm", "segment").Add("max-steps", "1000")
            : layer.Add("depth", isSmall ? "4" : "6").Add("shared", SettingValues.No);
    }
}
