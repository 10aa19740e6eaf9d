using System.Text.Json.Nodes;
using FlowOde.Cli.Pictures;
using FlowOde.Cli.Reporting;
using FlowOde.Cli.Runs;
using FlowOde.Cli.Settings;
using FlowOde.Cli.Training;
using FlowOde.Data.ToyDensities;
using FlowOde.Flows.Randomness;
using FlowOde.Flows.TraceEstimators;
using FlowOde.Samplers.Checks;
using Spectre.Console;
using static TorchSharp.torch;

namespace FlowOde.Cli.Verbs;

/// <summary>What <c>score --check</c> measures: that the density integrates to 1, that the map is inverted, and what tolerances do.</summary>
internal static class ModelChecks
{
    private const int Rows = 500;
    private const int SamplesForCells = 100_000;
    private const int GridCells = 400;
    private const double IntegralAllowed = 5e-3;
    private const double GridAllowed = 1e-3;
    private const double SingleAllowed = 1e-5;

    /// <summary>Measures.</summary>
    /// <param name="loaded">The model.</param>
    /// <param name="values">The run's settings.</param>
    /// <param name="device">Where to compute.</param>
    /// <param name="part">Rows to carry there and back; samples of the model where it is null.</param>
    /// <param name="stop">Asks for an early end.</param>
    public static JsonObject Run(LoadedModel loaded, SettingValues values, Device device, DataPart? part, CancellationToken stop)
    {
        var random = new RandomSource((ulong)values.Integer("seed"));
        var view = new ModelView(loaded.Trained, values, loaded.Config.Columns, device) { Stop = stop };
        var check = new JsonObject();
        if (loaded.Model.Options.Dimension == 2)
        {
            using var scorer = ModelScorer.Create(loaded.Trained, values, device, SolveSettings.ScoreTolerance, null, stop);
            var integral = DensityIntegral.OnSampledCells(points => scorer.Score(points, random).LogDensity, Flat(view, SamplesForCells));
            check["integral"] = new JsonObject { ["value"] = RunJson.Number(integral.Value), ["error"] = RunJson.Number(integral.ErrorEstimate), ["points"] = integral.Points, ["holds"] = Math.Abs(integral.Value - 1) <= IntegralAllowed };
            if (Toys.Find(loaded.Config.Data) is not null)
            {
                var grid = DensityIntegral.OnGrid(points => scorer.Score(points, random).LogDensity, new(-8, 8, -8, 8), GridCells, GridCells);
                check["grid"] = new JsonObject { ["value"] = RunJson.Number(grid.Value), ["points"] = grid.Points, ["holds"] = Math.Abs(grid.Value - 1) <= GridAllowed };
            }
        }

        double[] rows = part?.AtMost(Rows).Values ?? Flat(view, Rows);
        ITraceEstimator trace = loaded.Model.Options.Dimension <= TraceSettings.ExactInScores ? new ExactTrace() : new HutchinsonTrace(TraceSettings.ScoreProbes);
        using var parameters = loaded.ParametersAs(ScalarType.Float64, device);
        var points = RoundTrip.Measure(loaded.Model, parameters, SolveSettings.ForScoring(values, SolveSettings.ScoreTolerance, trace, stop), rows, random);
        check["rows"] = rows.Length / loaded.Model.Options.Dimension;
        check["roundTrip"] = new JsonArray([.. points.Select((point, i) => new JsonObject
        {
            ["tolerance"] = point.Tolerance,
            ["dtype"] = point.DType,
            ["median"] = RunJson.Number(point.Median),
            ["largest"] = RunJson.Number(point.Largest),
            ["nll"] = RunJson.Number(point.MeanNegativeLogDensity),
            ["holds"] = point.DType == "float32" ? point.Median <= SingleAllowed : point.Median <= 10 * point.Tolerance && (i == 0 || point.Median < points[i - 1].Median),
        })]);
        return check;
    }

    /// <summary>Prints what was measured.</summary>
    public static void Print(JsonObject check, Output output)
    {
        if (check["integral"] is { } integral)
        {
            output.Out.WriteLine($"Integral of the density: {integral["value"]!.GetValue<double>():F5} ± {integral["error"]?.GetValue<double>():0.0e-0} ({integral["points"]} points): {Verdict(integral)}");
        }

        if (check["grid"] is { } grid)
        {
            output.Out.WriteLine($"Sum over {GridCells} x {GridCells} cells of [-8, 8] x [-8, 8]: {grid["value"]!.GetValue<double>():F5}: {Verdict(grid)}");
        }

        if (check["integral"] is null)
        {
            output.Out.WriteLine("The integral is computed for models of two columns only.");
        }

        output.Out.WriteLine($"Data to base and back, {check["rows"]} rows, difference in standard deviations of the data:");
        var table = Output.NewTable(("tolerance", true), ("type", false), ("median", true), ("largest", true), ("mean −log p", true), ("", false));
        foreach (var point in check["roundTrip"]!.AsArray())
        {
            table.AddRow(
                $"{point!["tolerance"]!.GetValue<double>():0.#e-0}",
                $"{point["dtype"]}",
                $"{point["median"]?.GetValue<double>():0.0e-0}",
                $"{point["largest"]?.GetValue<double>():0.0e-0}",
                $"{point["nll"]?.GetValue<double>():F6}",
                Verdict(point));
        }

        output.WriteTable(table);
    }

    private static string Verdict(JsonNode? node) => node!["holds"]!.GetValue<bool>() ? "ok" : "not as exact as expected";

    private static double[] Flat(ModelView view, int count)
    {
        var samples = view.Sample(count);
        double[][] columns = [.. Enumerable.Range(0, samples.ColumnNames.Count).Select(samples.Column)];
        var flat = new double[count * columns.Length];
        for (int i = 0; i < flat.Length; i++)
        {
            flat[i] = columns[i % columns.Length][i / columns.Length];
        }

        return flat;
    }
}
