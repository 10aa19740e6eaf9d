using FlowOde.Flows.Regularizers;
using FlowOde.Flows.Training.Schedules;
using FlowOde.Solvers.StepSizeControllers;

namespace FlowOde.Cli.Settings;

/// <summary>Everything a user may choose about a run. A new setting is a line here and its reader.</summary>
internal static class SettingCatalog
{
    /// <summary>The settings of flows, in the order in which help lists them.</summary>
    public static IReadOnlyList<Setting> OfTraining { get; } =
    [
        new("objective", SettingKind.Text, "NAME", "what training makes small") { Choices = () => ObjectiveSettings.Names },
        .. ModelCatalog.All,
        .. MatchingCatalog.All,
        new("solver", SettingKind.Text, "NAME", "the method of each step; `flowode solvers` lists them") { Choices = () => SolveSettings.Solvers, Otherwise = SolveSettings.ProblemOf },
        new("rtol", SettingKind.Number, "X", "relative tolerance in training") { Least = 0, IsAbove = true },
        new("atol", SettingKind.Number, "X", "absolute tolerance in training") { Least = 0, IsAbove = true },
        new("steps", SettingKind.Integer, "N", "constant steps in place of tolerances") { Least = 1, Most = 1_000_000 },
        new("controller", SettingKind.Text, "NAME", "how steps adapt") { Choices = () => ControllerCatalog.Names },
        new("limiter", SettingKind.Text, "NAME", "how the factor between a step and the next is bounded") { Choices = () => StepLimiter.All.Select(limiter => limiter.Name) },
        new("min-step", SettingKind.Number, "X", "the shortest step where steps adapt; one whose error is still too large ends the solve") { Least = 0, IsAbove = true },
        new("max-step", SettingKind.Number, "X", "the longest step where steps adapt") { Least = 0, IsAbove = true },
        new("warm-start", SettingKind.Text, "on|off", "whether solves in training start from the steps of the iteration before") { Choices = () => ["on", "off"] },
        new("error-norm", SettingKind.Text, "NAME", "how a step's error is measured") { Choices = () => ErrorNormCatalog.All.Select(norm => norm.Name) },
        new("per-sample", SettingKind.Flag, "", "gives every row its own time, steps and error, so that its result does not depend on its batch mates; methods that judge no rows solve for one after another") { Choices = () => [SettingValues.Yes, SettingValues.No] },
        new("on-stiff", SettingKind.Text, "NAME", $"what becomes of a solve whose steps collapse since its equation is stiff: {StiffSettings.Meanings}") { Choices = () => StiffSettings.Names },
        new("max-steps", SettingKind.Integer, "N", "the most steps of a solve") { Least = 1, Most = int.MaxValue },
        new("adjoint", SettingKind.Text, "NAME", $"how gradients pass back through a solve ({AdjointSettings.Numbers})") { Choices = () => AdjointSettings.Names, Otherwise = AdjointSettings.Problem },
        new("adjoint-memory", SettingKind.Text, "512MB", "memory of a gradient's tapes, for --adjoint auto"),
        new("adjoint-solver", SettingKind.Text, "NAME", "the method of a gradient's backward solve, in place of that of --solver") { Choices = () => SolveSettings.Solvers, Otherwise = SolveSettings.ProblemOf },
        new("adjoint-rtol", SettingKind.Number, "X", "relative tolerance of a gradient's backward solve, in place of --rtol") { Least = 0, IsAbove = true },
        new("adjoint-atol", SettingKind.Number, "X", "absolute tolerance of a gradient's backward solve, in place of --atol") { Least = 0, IsAbove = true },
        new("trace", SettingKind.Text, "NAME", "the trace in training: exact, or estimated by Hutchinson's probes") { Choices = () => TraceSettings.Names },
        new("probes", SettingKind.Integer, "K", "Hutchinson's probes of a solve") { Least = 1, Most = 100_000 },
        new("probe-distribution", SettingKind.Text, "NAME", "of what the probes are made") { Choices = () => TraceSettings.Distributions },
        new("regularize", SettingKind.Texts, "NAME=WEIGHT", $"adds a penalty of the flow's paths, in units of the loss (nats a row, of images bits per dimension), may be repeated: {string.Join(", ", KnownRegularizers.All.Select(regularizer => regularizer.Name))}"),
        new("batch", SettingKind.Integer, "N", "rows of a training step") { Least = 1, Most = 10_000_000 },
        new("lr", SettingKind.Number, "X", "the largest learning rate") { Least = 0, IsAbove = true },
        new("schedule", SettingKind.Text, "NAME", "the learning rate over the run") { Choices = () => LearningRateSchedules.Names },
        new("warmup", SettingKind.Integer, "N", "steps in which the rate grows from 0") { Least = 0 },
        new("weight-decay", SettingKind.Number, "X", "decoupled weight decay") { Least = 0 },
        new("clip", SettingKind.Number, "X", "the gradient's largest norm") { Least = 0, IsAbove = true },
        new("average", SettingKind.Number, "X", "decay of the averaged weights; 0 for none") { Least = 0, Most = 1, IsBelow = true },
        new("iterations", SettingKind.Integer, "N", "training steps") { Least = 1, Most = 100_000_000 },
        new("minutes", SettingKind.Number, "X", "minutes of training") { Least = 0, IsAbove = true, Most = 1e6 },
        new("plan", SettingKind.Text, "FILE", "repeats the number of iterations that a report.json states"),
        new("validate-every", SettingKind.Integer, "N", "steps between validations") { Least = 1 },
        new("validation-rows", SettingKind.Integer, "N", "the most rows of a validation while training") { Least = 1, Most = 10_000_000 },
        new("patience", SettingKind.Integer, "N", "validations without a better one before training stops; 0 for never") { Least = 0, Most = int.MaxValue },
        .. SourceCatalog.All,
        new("score-rows", SettingKind.Integer, "N", "the most test images that the report scores; of the other parts a quarter") { Least = 2, Most = 10_000_000 },
        new("noise-samples", SettingKind.Integer, "K", "draws of the noise behind each reported score of an image") { Least = 1, Most = 10_000 },
        new("previews", SettingKind.Integer, "N", "images of the preview at each validation; 0 for none") { Least = 0, Most = 1_000 },
        new("seed", SettingKind.Integer, "N", "decides every random draw") { Least = 0 },
        new("device", SettingKind.Text, "cpu|cuda|auto", "where to compute") { Choices = () => ["cpu", "cuda", "auto"] },
        new("dtype", SettingKind.Text, "float32|float64", "precision of training") { Choices = () => ["float32", "float64"] },
        new("threads", SettingKind.Integer, "N", "threads; results depend on it within rounding") { Least = 1, Most = 1024 },
    ];

    /// <summary>All settings: those of flows, and those that only classifiers have.</summary>
    public static IReadOnlyList<Setting> All { get; } = [.. OfTraining, .. ClassifierCatalog.All];

    /// <summary>Settings that say the same thing in different ways: one source may give those of one way only, and overrides the others.</summary>
    public static IReadOnlyList<IReadOnlyList<IReadOnlyList<string>>> Alternatives { get; } =
        [[["steps"], ["rtol", "atol", "controller", "limiter", "min-step", "max-step", "per-sample", "on-stiff"]], [["iterations"], ["minutes"], ["plan"]]];

    /// <summary>The names of the settings that decide what a model is and which rows it learnt from: a trained model has them.</summary>
    public static IReadOnlyList<string> Fixed { get; } = [.. ModelCatalog.All.Concat(SourceCatalog.All).Select(setting => setting.Name)];

    /// <summary>The names of the regularisers.</summary>
    public static IEnumerable<string> Regularizers => KnownRegularizers.All.Select(regularizer => regularizer.Name);

    /// <summary>The setting of a name, or null.</summary>
    public static Setting? Find(string name) => All.FirstOrDefault(setting => setting.Name == name);
}
