using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using FlowOde.Cli.Pictures;
using FlowOde.Cli.Runs;
using FlowOde.Cli.TestProblems;
using FlowOde.Cli.Verbs;
using FlowOde.Samplers.Drawing;
using Spectre.Console;

namespace FlowOde.Cli.Precision;

/// <summary>Writes measured points: as a table, as <c>points.csv</c> and <c>points.json</c>, and as a picture of work against precision for each problem.</summary>
internal static class PrecisionReport
{
    /// <summary>Writes all of it.</summary>
    /// <param name="problems">The problems, a picture each.</param>
    /// <param name="points">Their points.</param>
    /// <param name="folder">Where the files go; it is there.</param>
    /// <param name="output">Where to speak.</param>
    public static void Write(IReadOnlyList<NamedProblem> problems, IReadOnlyList<PrecisionPoint> points, string folder, Output output)
    {
        string[] files = [Path.Combine(folder, "points.csv"), Path.Combine(folder, "points.json"), .. problems.Select(problem => Path.Combine(folder, $"{problem.Name}.png"))];
        var json = new JsonObject { ["points"] = new JsonArray([.. points.Select(point => point.ToJson())]) };
        AtomicFile.WriteText(files[0], Csv(points));
        AtomicFile.WriteText(files[1], RunJson.Text(json));
        string[] solvers = [.. points.Select(point => point.Solver).Distinct()];
        for (int i = 0; i < problems.Count; i++)
        {
            FigureFile.Write(files[i + 2], Figure(problems[i], solvers, points));
        }

        if (output.Json)
        {
            json["files"] = new JsonArray([.. files.Select(file => JsonValue.Create(file))]);
            output.WriteJson(json);
            return;
        }

        var table = Output.NewTable(("problem", false), ("solver", false), ("tolerance", true), ("evaluations", true), ("accepted", true), ("rejected", true), ("error", true));
        foreach (var point in points)
        {
            table.AddRow([.. Cells(point, "0E-0", "0.00E-0", "N0").Select(Markup.Escape)]);
        }

        output.WriteTable(table);
        foreach (var failed in points.Where(point => point.Failure is not null))
        {
            output.Notice($"{failed.Problem} with {failed.Solver} at {failed.Tolerance:0E-0}: {failed.Failure}");
        }

        output.Out.WriteLine($"Files: {string.Join(", ", files)}");
    }

    private static string Csv(IReadOnlyList<PrecisionPoint> points)
    {
        var text = new StringBuilder("problem,solver,tolerance,evaluations,accepted,rejected,error\n");
        text.AppendJoin('\n', points.Select(point => string.Join(',', Cells(point, "R", "R", "D").Select(CsvText.Quoted))));
        return text.ToString();
    }

    private static string[] Cells(PrecisionPoint point, string tolerance, string error, string count) =>
    [
        point.Problem,
        point.Solver,
        point.Tolerance.ToString(tolerance, CultureInfo.InvariantCulture),
        point.Evaluations.ToString(count, CultureInfo.InvariantCulture),
        point.AcceptedSteps?.ToString(count, CultureInfo.InvariantCulture) ?? "",
        point.RejectedSteps?.ToString(count, CultureInfo.InvariantCulture) ?? "",
        point.Error?.ToString(error, CultureInfo.InvariantCulture) ?? "",
    ];

    /// <summary>Evaluations against errors; a solver has the same colour in the pictures of all problems.</summary>
    private static ScalingFigure Figure(NamedProblem problem, IReadOnlyList<string> solvers, IReadOnlyList<PrecisionPoint> points) => new()
    {
        Title = $"Work and precision: {problem.Title}",
        Caption = problem.IsStiff
            ? $"largest relative error at the end; relative tolerances from 1e-3 to 1e-10, absolute ones {problem.AbsoluteShare:0.#e-0} of them"
            : "largest error of a component at the end, tolerances from 1e-3 to 1e-10",
        XTitle = "evaluations",
        YTitle = "error at the end",
        Panels =
        [
            new()
            {
                Heading = $"{problem.Name}: lower and further left is better",
                Curves = [.. solvers.Select((solver, i) => new ScalingCurve { Label = solver, Index = i, Points = Series(points.Where(point => point.Problem == problem.Name && point.Solver == solver)) }).Where(curve => curve.Points.Positions.Length > 0)],
            },
        ],
    };

    private static DataSeries Series(IEnumerable<PrecisionPoint> points)
    {
        PrecisionPoint[] drawn = [.. points.Where(point => point.Error is > 0 && double.IsFinite(point.Error.Value)).OrderByDescending(point => point.Tolerance)];
        return DataSeries.Joined([.. drawn.Select(point => (double)point.Evaluations)], [.. drawn.Select(point => point.Error!.Value)]);
    }
}
