using FlowOde.Cli.Failures;
using FlowOde.Flows.Classification.Blocks;

namespace FlowOde.Cli.Settings;

/// <summary>Sets of settings by name.</summary>
internal static class PresetCatalog
{
    private static readonly (string Name, string Help, Func<SettingLayer> Create)[] _all =
    [
        ("default", "the defaults, as functions of the data", () => new SettingLayer("preset default: ")),
        ("fast", "a smaller network and a looser solve, for a first look", () => new SettingLayer("preset fast: ")
            .Add("hidden", "32", "32").Add("solver", "bosh3").Add("rtol", "0.001").Add("atol", "0.001").Add("batch", "256").Add("lr", "0.005").Add("minutes", "0.5")),
        ("ffjord-toy", "the authors' settings for toy densities (Grathwohl et al. 2019)", () => new SettingLayer("preset ffjord-toy: ")
            .Add("hidden", "64", "64", "64").Add("layer", "concatsquash").Add("activation", "tanh").Add("base-time", "0.5").Add("data-time", "0")
            .Add("solver", "dopri5").Add("rtol", "1E-05").Add("atol", "1E-05").Add("trace", "exact").Add("batch", "100").Add("lr", "0.001")
            .Add("weight-decay", "1E-05").Add("schedule", "constant").Add("warmup", "0").Add("average", "0").Add("iterations", "10000").Add("validate-every", "100")),
        ("ffjord-miniboone", "the authors' settings for MiniBooNE (Grathwohl et al. 2019)", () => new SettingLayer("preset ffjord-miniboone: ")
            .Add("hidden", "860", "860").Add("layer", "concatsquash").Add("activation", "softplus").Add("base-time", "1").Add("data-time", "0")
            .Add("solver", "dopri5").Add("rtol", "1E-06").Add("atol", "1E-08").Add("trace", "hutchinson").Add("probes", "1").Add("probe-distribution", "gaussian")
            .Add("batch", "1000").Add("lr", "0.001").Add("weight-decay", "1E-06").Add("schedule", "constant").Add("warmup", "0").Add("average", "0")),
        ("ffjord-mnist", "the authors' multiscale settings for MNIST (Grathwohl et al. 2019); days on a GPU", () => FfjordImages("preset ffjord-mnist: ", "3")),
        ("ffjord-cifar10", "the same for CIFAR-10, with mirrored images", () => FfjordImages("preset ffjord-cifar10: ", "4").Add("flip", SettingValues.Yes)),
        ("rnode-mnist", "FFJORD's architecture with both regularisers and four fixed steps, 100 epochs of MNIST (Finlay et al. 2020)", () => RnodeImages("preset rnode-mnist: ", "3", "1E-05").Add("solver", "rk4").Add("steps", "4")),
        ("rnode-cifar10", "the same with adaptive steps, 100 epochs of CIFAR-10 (Finlay et al. 2020)", () => RnodeImages("preset rnode-cifar10: ", "4", "0.05").Add("solver", "dopri5").Add("rtol", "1E-05").Add("atol", "1E-05").Add("flip", SettingValues.Yes)),
    ];

    private static readonly (string Name, string Help, Func<SettingLayer> Create)[] _ofClassifiers =
    [
        ("odenet-mnist", "the published ODE-Net for MNIST, 160 epochs (Chen et al. 2018): hours on a GPU", () => PublishedMnist("preset odenet-mnist: ", "ode-net")
            .Add("solver", "dopri5").Add("rtol", "0.001").Add("atol", "0.001").Add("adjoint", "backsolve")),
        ("resnet-mnist", "six blocks of the same kind as a ResNet, after the one that it was compared with", () => PublishedMnist("preset resnet-mnist: ", "resnet").Add("depth", "6").Add("shared", SettingValues.No)),
    ];

    private static SettingLayer Images(string origin, string scales) => new SettingLayer(origin)
        .Add("objective", ObjectiveSettings.Likelihood).Add("network", "conv").Add("hidden", "64", "64", "64").Add("layer", "concat").Add("activation", "softplus")
        .Add("blocks", "2").Add("scales", scales).Add("condition", ModelSettings.None).Add("trace", "hutchinson").Add("probes", "1").Add("probe-distribution", "rademacher")
        .Add("adjoint", "backsolve").Add("batch", "200").Add("lr", "0.001").Add("schedule", "constant").Add("warmup", "1000").Add("weight-decay", "0").Add("average", "0");

    private static SettingLayer FfjordImages(string origin, string scales) => Images(origin, scales)
        .Add("logit-alpha", "1E-06").Add("regularize", ModelSettings.None).Add("solver", "dopri5").Add("rtol", "1E-05").Add("atol", "1E-05").Add("iterations", "300000");

    private static SettingLayer RnodeImages(string origin, string scales, string alpha) => Images(origin, scales)
        .Add("logit-alpha", alpha).Add("regularize", "kinetic-energy=0.01", "jacobian-frobenius=0.01").Add("iterations", "30000");

    /// <summary>Batches of 128, crops of images padded by 4 pixels, and 160 epochs of the 54,000 images that are left beside a tenth for validation.</summary>
    private static SettingLayer PublishedMnist(string origin, string architecture) => new SettingLayer(origin)
        .Add("architecture", architecture).Add("field", "conv").Add("channels", "64").Add("halvings", "2").Add("stem", StemShape.Published.Name).Add("norm-groups", "32").Add("shift", "4").Add("batch", "128").Add("optimizer", "sgd").Add("momentum", "0.9")
        .Add("lr", "0.1").Add("schedule", "step-odenet").Add("warmup", "0").Add("weight-decay", "0").Add("clip", "1E+09").Add("average", "0").Add("iterations", "67500").Add("validate-every", "422");

    /// <summary>The names of presets of flows with a line each, the default first.</summary>
    public static IEnumerable<(string Name, string Help)> All => _all.Select(entry => (entry.Name, entry.Help));

    /// <summary>The names of presets of classifiers with a line each.</summary>
    public static IEnumerable<(string Name, string Help)> OfClassifiers => _ofClassifiers.Select(entry => (entry.Name, entry.Help));

    /// <summary>The settings of a preset of flows.</summary>
    /// <exception cref="UsageException">There is none of that name.</exception>
    public static SettingLayer Named(string name) => Named(name, _all);

    /// <summary>The settings of a preset of classifiers.</summary>
    /// <exception cref="UsageException">There is none of that name.</exception>
    public static SettingLayer OfClassifier(string name) => Named(name, _ofClassifiers);

    private static SettingLayer Named(string name, (string Name, string Help, Func<SettingLayer> Create)[] presets) => Array.Find(presets, entry => entry.Name == name).Create?.Invoke()
        ?? throw new UsageException($"--preset: '{name}' is not known.{Suggestion.For(name, presets.Select(e => e.Name))} Known are: {string.Join(", ", presets.Select(e => e.Name))}.");
}
