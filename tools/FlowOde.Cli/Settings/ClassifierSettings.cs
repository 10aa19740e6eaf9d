using FlowOde.Cli.Failures;
using FlowOde.Cli.Reporting;
using FlowOde.Cli.Runs;
using FlowOde.Flows.Classification;
using FlowOde.Flows.Classification.Blocks;
using FlowOde.Flows.Classification.Chains;
using FlowOde.Flows.Objectives;
using FlowOde.Flows.Training;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;

namespace FlowOde.Cli.Settings;

/// <summary>Reads the shape of a classifier, and how it is solved and trained.</summary>
internal static class ClassifierSettings
{
    private static readonly string[] _ofSolver = ["solver", "rtol", "atol", "steps", "controller", "limiter", "min-step", "max-step", "error-norm", "max-steps"];
    private static readonly string[] _ofDepth = ["depth", "shared"];
    private static readonly string[] _ofConvolutions = ["halvings", "stem", "norm-groups"];
    private const int LeastSide = 3; // of images that --size or --crop made; a convolution sees as much at once

    /// <summary>The shape.</summary>
    /// <param name="values">The settings.</param>
    /// <param name="dimension">Numbers of a row.</param>
    /// <param name="image">How rows are images, or null.</param>
    /// <param name="classes">Number of classes.</param>
    /// <exception cref="ArgumentException">The settings do not go together.</exception>
    public static OdeClassifierOptions Read(SettingValues values, int dimension, RunImage? image, int classes) => new()
    {
        Dimension = dimension,
        Image = image?.Shape,
        Classes = classes,
        Architecture = KnownArchitectures.Named(values.Text("architecture")),
        Field = KnownBlocks.Named(values.Text("field")),
        Channels = (int)values.Integer("channels"),
        ExtraChannels = values.Has("extra-channels") ? (int)values.Integer("extra-channels") : 0,
        Depth = values.Has("depth") ? (int)values.Integer("depth") : 1,
        IsShared = values.Flag("shared"),
        Halvings = values.Has("halvings") ? (int)values.Integer("halvings") : 0,
        Stem = StemShape.Named(values.TextOrNull("stem") ?? StemShape.Padded.Name),
        NormGroups = values.Has("norm-groups") ? (int)values.Integer("norm-groups") : 8,
    };

    /// <summary>How the chain is solved.</summary>
    /// <param name="values">The settings.</param>
    /// <param name="stop">Asks for an early end, also within a solve.</param>
    /// <exception cref="UsageException">Solver, steps and gradient method do not go together.</exception>
    public static ClassifierSolve Solve(SettingValues values, CancellationToken stop = default)
    {
        var usual = new ClassifierSolve();
        usual = values.Has("adjoint-memory") ? usual with { TapeBytes = ByteSize.Parse(values.Text("adjoint-memory"), "--adjoint-memory") } : usual;
        var architecture = KnownArchitectures.Named(values.Text("architecture"));
        var stepper = architecture.ChoosesSteps ? StepperCatalog.Find(values.Text("solver"))! : usual.Stepper;
        return usual with
        {
            Stepper = stepper,
            Controller = architecture.ChoosesSteps ? SolveSettings.Controller(values, stepper, SolveSettings.DType(values)) : usual.Controller,
            Norm = architecture.ChoosesSteps ? ErrorNormCatalog.Find(values.Text("error-norm"))! : usual.Norm,
            Limits = architecture.ChoosesSteps ? new() { MaxSteps = (int)values.Integer("max-steps"), Stop = stop } : usual.Limits,
            Adjoint = !values.Has("adjoint") ? usual.Adjoint : AdjointSettings.For(values.Text("adjoint"), architecture.Method ?? stepper, "--adjoint"),
        };
    }

    /// <summary>The optimiser's constants.</summary>
    public static OptimizerOptions Optimizer(SettingValues values) => values.Text("optimizer") switch
    {
        ClassifierCatalog.Sgd => new MomentumSgdOptions { Momentum = values.Number("momentum"), WeightDecay = values.Number("weight-decay") },
        ClassifierCatalog.Adam => TrainerSettings.Adam(values),
        _ => new MomentumSgdOptions { Momentum = 0 }, // a step of rate 1 goes to where the Hamiltonians are largest
    };

    /// <summary>How an iteration of optimal control climbs, or null where gradients move the weights.</summary>
    /// <exception cref="UsageException">It is to climb with several threads.</exception>
    public static HamiltonianAscentOptions? Control(SettingValues values)
    {
        string optimizer = values.Text("optimizer");
        if (!ClassifierCatalog.OfControl.Contains(optimizer))
        {
            return null;
        }

        return values.Integer("threads") == 1
            ? new() { Penalty = values.Has("penalty") ? values.Number("penalty") : 0, Ascents = (int)values.Integer("ascents"), Rate = values.Number("ascent-rate") }
            : throw new UsageException($"--threads {values.Text("threads")}: --optimizer {optimizer} climbs with one thread; leave it out, or give 1.");
    }

    /// <summary>The settings that say nothing about an architecture.</summary>
    public static IReadOnlyList<string> IdleFor(Architecture architecture) =>
    [
        .. architecture.ChoosesSteps ? _ofDepth : _ofSolver,
        .. architecture.HasOwnGradient ? ["adjoint", "adjoint-memory"] : Array.Empty<string>(),
        .. architecture.IsAugmented ? Array.Empty<string>() : ["extra-channels"],
        .. architecture.HasCoefficients ? Array.Empty<string>() : ["k"],
    ];

    /// <summary>The settings among those given that say nothing about any of several architectures.</summary>
    public static IEnumerable<string> IdleForAll(SettingValues asked, IReadOnlyList<Architecture> architectures) =>
        asked.All.Keys.Where(name => architectures.All(architecture => IdleFor(architecture).Contains(name)));

    /// <summary>What the user said of one of several architectures: what says nothing about it, but about another, is left out.</summary>
    public static SettingLayer LayerOf(SettingValues asked, Architecture architecture, IReadOnlyList<Architecture> architectures) =>
        asked.ToLayer([.. IdleFor(architecture).Except(IdleForAll(asked, architectures)), "architecture"]).Add("architecture", architecture.Name);

    /// <summary>Refuses what would have no effect.</summary>
    /// <param name="asked">What the user chose.</param>
    /// <param name="values">What holds.</param>
    /// <param name="image">How rows are images, or null.</param>
    /// <exception cref="UsageException">A setting says nothing about this classifier, or makes nothing of its images.</exception>
    public static void RefuseIdle(SettingValues asked, SettingValues values, RunImage? image)
    {
        var architecture = KnownArchitectures.Named(values.Text("architecture"));
        if (!architecture.ChoosesSteps && values.Integer("depth") < architecture.LeastDepth)
        {
            throw new UsageException($"--depth {values.Integer("depth")}: --architecture {architecture.Name} has at least {Quantity.Of(architecture.LeastDepth, "step")}.");
        }

        Refuse(architecture.ChoosesSteps ? ["shared"] : [], $"--architecture {architecture.Name}, whose one block has one set of weights anyhow");
        Refuse(architecture.ChoosesSteps ? _ofDepth : _ofSolver, architecture.ChoosesSteps
            ? $"--architecture {architecture.Name}, whose one block is solved in continuous time: give --steps N for constant steps, or --rtol"
            : $"--architecture {architecture.Name}, whose steps have their own method and number: give --depth N");
        Refuse(architecture.HasOwnGradient ? ["adjoint", "adjoint-memory"] : [], $"--architecture {architecture.Name}, whose gradient has its own way");
        Refuse(architecture.IsAugmented ? [] : ["extra-channels"], $"--architecture {architecture.Name}, which adds no channels; anode does");
        Refuse(architecture.HasCoefficients ? [] : ["k"], $"--architecture {architecture.Name}, which has no k; lm-resnet does");
        Refuse(values.Text("optimizer") == ClassifierCatalog.Sgd ? [] : ["momentum"], $"--optimizer {values.Text("optimizer")}; {ClassifierCatalog.Sgd} has a momentum");
        string optimizer = values.Text("optimizer");
        bool isControl = ClassifierCatalog.OfControl.Contains(optimizer);
        Refuse(isControl ? [] : ["ascents", "ascent-rate"], $"--optimizer {optimizer}; {string.Join(" and ", ClassifierCatalog.OfControl)} climb Hamiltonians");
        Refuse(optimizer == ClassifierCatalog.ExtendedMsa ? [] : ["penalty"], $"--optimizer {optimizer}; {ClassifierCatalog.ExtendedMsa} has a penalty");
        Refuse(isControl ? ["adjoint", "adjoint-memory", "weight-decay", "clip"] : [], $"--optimizer {optimizer}, which follows no gradient of the loss");
        Refuse(image is not null ? [] : ["flip", "shift", .. _ofConvolutions], "tables; it is for images");
        Refuse(values.Text("field") == "conv" ? [] : _ofConvolutions, $"--field {values.Text("field")}, which has no convolutions");

        if (image is not null)
        {
            RefuseSenseless(asked, image);
        }

        void Refuse(IEnumerable<string> names, string what)
        {
            if (names.FirstOrDefault(asked.Has) is { } name)
            {
                throw new UsageException($"{asked.Said(name)} says nothing about {what}.");
            }
        }
    }

    /// <summary>Refuses what leaves nothing of the images.</summary>
    private static void RefuseSenseless(SettingValues asked, RunImage image)
    {
        int side = Math.Min(image.Height, image.Width);
        if (asked.Has("shift") && asked.Integer("shift") > side / 2)
        {
            throw new UsageException($"{asked.Said("shift")} {asked.Integer("shift")} moves images of {image.Height} x {image.Width} pixels by more than half of them; give {side / 2} or less.");
        }

        if (side < LeastSide && Array.Find(["size", "crop"], asked.Has) is { } name)
        {
            throw new UsageException($"{asked.Said(name)} {asked.Integer(name)} leaves images of {image.Height} x {image.Width} pixels, in which there is nothing to see; give {LeastSide} or more.");
        }
    }
}
