using FlowOde.Cli.Failures;
using FlowOde.Flows.Classification.Blocks;
using FlowOde.Flows.Classification.Chains;

namespace FlowOde.Cli.Settings;

/// <summary>The settings that only classifiers have.</summary>
internal static class ClassifierCatalog
{
    /// <summary>In place of a name: every architecture.</summary>
    public const string Every = "all";

    /// <summary>The optimisers: those that follow a gradient, and those of optimal control.</summary>
    public const string Adam = "adam", Sgd = "sgd", Msa = "msa", ExtendedMsa = "e-msa";

    /// <summary>Those of optimal control.</summary>
    public static IReadOnlyList<string> OfControl { get; } = [Msa, ExtendedMsa];

    /// <summary>All of them, in the order in which help lists them.</summary>
    public static IReadOnlyList<Setting> All { get; } =
    [
        new("architecture", SettingKind.Text, "NAME", $"how blocks follow each other; several, separated by commas, or {Every} are trained at about as many parameters and compared") { Choices = () => [.. KnownArchitectures.All.Select(architecture => architecture.Name), Every], Otherwise = text => ProblemOf(text) },
        new("depth", SettingKind.Integer, "N", "number of steps, of architectures that do not choose them") { Least = 1, Most = 10_000 },
        new("shared", SettingKind.Flag, "", "gives all steps the same weights") { Choices = () => [SettingValues.Yes, SettingValues.No] },
        new("field", SettingKind.Text, "NAME", "what a block is") { Choices = () => KnownBlocks.All.Select(kind => kind.Name) },
        new("channels", SettingKind.Integer, "N", "channels of the state, of tables its columns") { Least = 1, Most = 65536 },
        new("extra-channels", SettingKind.Integer, "N", "channels beside those that start at zero, of anode") { Least = 1, Most = 65536 },
        new("k", SettingKind.Number, "X", "what the weights k of lm-resnet start from, in place of draws in [-0.1, 0]; stable for -1 < k <= 1"),
        new("halvings", SettingKind.Integer, "N", "how often images are halved before the first step") { Least = 0, Most = 10 },
        new("stem", SettingKind.Text, "NAME", "the convolutions before the first step: 3 x 3 with zeros around the images, or as published for MNIST the first without them and 4 x 4 that halve") { Choices = () => StemShape.All.Select(shape => shape.Name) },
        new("norm-groups", SettingKind.Integer, "N", "the most groups of channels that a norm of images has") { Least = 1, Most = 65536 },
        new("optimizer", SettingKind.Text, "NAME", "how weights move: by gradients, or as controls that maximise Hamiltonians (resnet)") { Choices = () => [Adam, Sgd, .. OfControl] },
        new("momentum", SettingKind.Number, "X", $"decay of the velocity of {Sgd}") { Least = 0, Most = 1, IsBelow = true },
        new("penalty", SettingKind.Number, "X", $"of {ExtendedMsa}: how strongly states and costates are held where they were") { Least = 0, IsAbove = true },
        new("ascents", SettingKind.Integer, "N", $"of {Msa} and {ExtendedMsa}: gradient steps on each layer's Hamiltonian") { Least = 1, Most = 10_000 },
        new("ascent-rate", SettingKind.Number, "X", $"of {Msa} and {ExtendedMsa}: length of the first of them tried, as a multiple of the gradient of H") { Least = 0, IsAbove = true },
        new("shift", SettingKind.Integer, "N", "moves images of a training step by up to N pixels, by chance") { Least = 0, Most = 1000 },
    ];

    /// <summary>The settings of <c>train</c> that classifiers have as well.</summary>
    public static IReadOnlyList<string> Shared { get; } =
    [
        "solver", "rtol", "atol", "steps", "controller", "limiter", "min-step", "max-step", "error-norm", "max-steps", "adjoint", "adjoint-memory",
        "batch", "lr", "schedule", "warmup", "weight-decay", "clip", "average", "iterations", "minutes", "plan", "validate-every", "validation-rows", "patience",
        .. SourceCatalog.All.Select(setting => setting.Name), "seed", "device", "dtype", "threads",
    ];

    /// <summary>The architectures that are named, or all.</summary>
    /// <exception cref="UsageException">A name is not known.</exception>
    public static IReadOnlyList<Architecture> Architectures(params IEnumerable<string> names)
    {
        string[] given = [.. names.SelectMany(name => name.Split(',', StringSplitOptions.TrimEntries)).Distinct()];
        return ProblemOf(given) is { } problem ? throw new UsageException($"--architecture: {problem}")
            : given.Contains(Every) ? KnownArchitectures.All
            : [.. given.Select(KnownArchitectures.Named)];
    }

    /// <summary>Whether a setting is one of a classifier.</summary>
    public static bool Has(string name) => Shared.Contains(name) || All.Any(setting => setting.Name == name);

    private static string? ProblemOf(params IEnumerable<string> names)
    {
        string[] known = [.. KnownArchitectures.All.Select(architecture => architecture.Name), Every];
        return names.SelectMany(name => name.Split(',', StringSplitOptions.TrimEntries)).FirstOrDefault(name => !known.Contains(name)) is { } unknown
            ? $"'{unknown}' is not known.{Suggestion.For(unknown, known)} Known are: {string.Join(", ", known)}."
            : null;
    }
}
