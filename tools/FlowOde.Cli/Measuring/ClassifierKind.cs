using FlowOde.Cli.Failures;
using FlowOde.Cli.Reporting;
using FlowOde.Cli.Settings;
using FlowOde.Flows.Classification.Chains;
using static TorchSharp.torch;

namespace FlowOde.Cli.Measuring;

/// <summary>Classifiers of one architecture: the models of <c>classify</c>.</summary>
/// <param name="name">The architecture.</param>
internal sealed class ClassifierKind(string name) : MeasuredKind
{
    /// <summary>In place of a gradient method, of architectures whose gradient has a way of its own.</summary>
    public const string OwnMethod = "own";

    private readonly Architecture _architecture = KnownArchitectures.Named(name);

    /// <inheritdoc/>
    public override IReadOnlyList<string> Common { get; } = ["field", "halvings", "stem", "norm-groups", "dtype", "threads", "device", "seed"];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Own { get; } = ["architecture", "shared", "extra-channels", "error-norm"];

    /// <inheritdoc/>
    public override IEnumerable<string> Needed =>
    [
        .. Common.Except(["halvings", "stem", "norm-groups"]), "architecture", "adjoint-memory", "batch", Width,
        .. _architecture.ChoosesSteps ? ["solver", "steps", "max-steps", "error-norm"] : (string[])["depth"],
        .. ChoosesMethod ? ["adjoint"] : Array.Empty<string>(),
    ];

    /// <inheritdoc/>
    public override string Width => "channels";

    /// <inheritdoc/>
    public override string StepsName => "solver steps N, or depth";

    /// <inheritdoc/>
    public override string? OnlySolver => _architecture.ChoosesSteps ? null : _architecture.Method?.Name ?? name;

    /// <inheritdoc/>
    public override IReadOnlyList<string> UsualMethods => _architecture.ChoosesSteps ? ["direct", "reversible", "backsolve"] : ["direct"];

    /// <inheritdoc/>
    public override bool ChoosesMethod => !_architecture.HasOwnGradient;

    /// <inheritdoc/>
    public override string Network(SettingValues values) =>
        name + (values.Flag("shared") ? " shared" : "") + (values.Has("extra-channels") ? $" +{values.Text("extra-channels")}" : "");

    /// <inheritdoc/>
    public override string Detail(SettingValues values) => $"blocks of kind {values.Text("field")}";

    /// <inheritdoc/>
    public override void Check(MeasurementPoint point)
    {
        if (!_architecture.ChoosesSteps && point.Steps < _architecture.LeastDepth)
        {
            throw new UsageException($"--steps {point.Steps}: --architecture {name} has at least {Quantity.Of(_architecture.LeastDepth, "step")}.");
        }

        try
        {
            const int anyClasses = 2;
            ClassifierSettings.Read(point.Values, point.Subject.Data.Dimension, point.Subject.Data.Image, anyClasses).Check();
        }
        catch (ArgumentException problem)
        {
            throw new UsageException($"--architecture {name}: {problem.Message.Split(" (Parameter '", 2)[0]}", problem);
        }
    }

    /// <inheritdoc/>
    public override SettingLayer Settings(MeasurementPoint point)
    {
        var layer = new SettingLayer("");
        if (ChoosesMethod)
        {
            layer.Add("adjoint", point.Method);
        }

        return _architecture.ChoosesSteps
            ? layer.Add("solver", point.Solver).Add("steps", $"{point.Steps}").Add("max-steps", $"{Math.Max(1000, point.Steps)}")
            : layer.Add("depth", $"{point.Steps}");
    }

    /// <inheritdoc/>
    public override ComparableGradient Open(MeasurementJob job, Device device) => ClassifierGradient.Open(job, device);
}
