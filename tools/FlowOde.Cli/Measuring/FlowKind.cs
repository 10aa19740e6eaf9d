using FlowOde.Cli.Settings;
using static TorchSharp.torch;

namespace FlowOde.Cli.Measuring;

/// <summary>Densities: the models of <c>train</c>.</summary>
internal sealed class FlowKind : MeasuredKind
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Common { get; } =
    [
        "blocks", "layer", "activation", "base-time", "data-time", "last-layer-scale", "error-norm", "trace", "probes", "probe-distribution", "regularize", "dtype", "threads", "device", "seed",
    ];

    /// <inheritdoc/>
    public override IEnumerable<string> Needed => Common.Except(["regularize"]).Concat(["adjoint", "adjoint-memory", "solver", "steps", "max-steps", "batch", Width]);

    /// <inheritdoc/>
    public override string Width => "hidden";

    /// <inheritdoc/>
    public override string StepsName => "solver steps N";

    /// <inheritdoc/>
    public override IReadOnlyList<string> UsualMethods => [.. AdjointSettings.Names];

    /// <inheritdoc/>
    public override string Detail(SettingValues values) => $"{values.Text("trace")} trace";

    /// <inheritdoc/>
    public override SettingLayer Settings(MeasurementPoint point) => new SettingLayer("")
        .Add("adjoint", point.Method)
        .Add("solver", point.Solver)
        .Add("steps", $"{point.Steps}")
        .Add("max-steps", $"{Math.Max(1000, point.Steps)}");

    /// <inheritdoc/>
    public override ComparableGradient Open(MeasurementJob job, Device device) => ModelGradient.Open(job, device);
}
