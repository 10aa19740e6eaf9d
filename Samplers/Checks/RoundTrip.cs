using FlowOde.Flows.Composition;
using FlowOde.Flows.Randomness;
using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Samplers.Checks;

/// <summary>Data → base → data at a series of tolerances, and what log-likelihood each gives: the solver's own error bar.</summary>
public static class RoundTrip
{
    private static readonly double[] _tolerances = [1e-4, 1e-5, 1e-6, 1e-7, 1e-8];

    /// <summary>Measures the round trip: float64 at tolerances 1e-4 … 1e-8, float32 at 1e-6.</summary>
    /// <param name="model">The model.</param>
    /// <param name="parameters">Its parameters, of any type.</param>
    /// <param name="settings">The solver; an adaptive method, whose controller is replaced.</param>
    /// <param name="rows">Rows, [rows, dimension] row by row, in data units.</param>
    /// <param name="source">The draws of an estimated trace.</param>
    /// <param name="statistics">The running statistics of a model with norms, of any type; null without norms.</param>
    public static IReadOnlyList<RoundTripPoint> Measure(FlowModel model, FlatVector parameters, FlowSettings settings, double[] rows, RandomSource source, FlatVector? statistics = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(rows);
        return [.. _tolerances.Select(tolerance => At(ScalarType.Float64, tolerance)), At(ScalarType.Float32, 1e-6)];

        RoundTripPoint At(ScalarType dtype, double tolerance)
        {
            using var noGradient = no_grad();
            using var scope = NewDisposeScope();
            using var copy = new FlatVector(model.Layout, dtype, parameters.Device);
            copy.CopyFrom(parameters);
            using var running = model.CreateStatistics(dtype, parameters.Device);
            if (statistics is not null)
            {
                running.CopyFrom(statistics);
            }

            using var flow = model.Bind(copy, settings with { Controller = new PidController { Tolerances = new(tolerance, tolerance) } }, statistics: running);
            var data = tensor(rows, dtype: ScalarType.Float64).view(-1, flow.Dimension).to(dtype).to(parameters.Device);
            var scale = tensor(model.Standardize.Scale.ToArray(), dtype: dtype, device: parameters.Device);
            var draw = new FlowDraw(source, RandomPurpose.Evaluation, 0, [.. Enumerable.Range(0, (int)data.shape[0]).Select(i => (long)i)]);
            using var there = flow.ToBase(data, draw);
            using var back = flow.Generate(there.Values);
            double[] errors = ((back.Values - data) / scale).abs().amax([1L]).to(ScalarType.Float64).cpu().data<double>().ToArray();
            Array.Sort(errors);
            double nll = -there.LogDensity().to(ScalarType.Float64).mean().item<double>();
            return new(tolerance, dtype == ScalarType.Float64 ? "float64" : "float32", errors[errors.Length / 2], errors[^1], nll);
        }
    }
}
