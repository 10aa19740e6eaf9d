using System.Text.Json.Nodes;
using FlowOde.Data.Readers;

namespace FlowOde.Tests.Cli.Classifying;

/// <summary>What is done with trained classifiers: probabilities of rows, and other solvers.</summary>
public sealed class AppliedClassifierTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Score_OfATable_WritesProbabilitiesOfEachRow()
    {
        string run = Iris("resnet"), path = _folder.File("predictions.csv");
        var result = FlowodeCommand.Run("score", run, "iris", "--label", "species", "--out", path, "--json", "--quiet");
        Assert.True(result.Code == 0, result.Error);
        Assert.Equal(150, result.Number("accuracy", "of"));
        var table = TableReaders.ReadFile(path, new());
        Assert.Equal(["predicted", "class", "p_setosa", "p_versicolor", "p_virginica"], table.Columns);
        int right = 0;
        for (int row = 0; row < table.RowCount; row++)
        {
            var values = table.Row(row);
            Assert.Equal(1, values[2] + values[3] + values[4], 1e-12);
            Assert.Equal(values[2..].ToArray().Max(), values[2 + (int)values[0]]);
            right += values[0] == values[1] ? 1 : 0;
        }

        Assert.Equal(result.Number("accuracy", "share"), right / 150.0, 1e-12);
        string unlabelled = _folder.Write("new.csv", "sepal_length,sepal_width,petal_length,petal_width\n5.1,3.5,1.4,0.2\n6.3,3.3,6.0,2.5\n");
        var of = FlowodeCommand.Run("score", run, unlabelled, "--json", "--quiet");
        Assert.True(of.Code == 0, of.Error);
        Assert.Null(of.Json["accuracy"]);
        Assert.Equal(2, of.Number("rows"));
    }

    [Fact]
    public void Score_WithoutData_TakesTheTestRowsOfTheRun()
    {
        string run = Iris("ode-net");
        var result = FlowodeCommand.Run("score", run, "--json", "--quiet");
        Assert.True(result.Code == 0, result.Error);
        var report = JsonNode.Parse(File.ReadAllText(Path.Combine(run, "report.json")))!;
        Assert.True(JsonNode.DeepEquals(report["accuracy"]!["test"], result.Json["accuracy"]));
    }

    [Theory]
    [InlineData("--check is for densities", "--check")]
    [InlineData("--probes is for densities", "--probes", "3")]
    [InlineData("--solver is for densities", "--solver", "rk4")]
    public void Score_WithWhatIsForDensities_IsRefused(string text, params string[] options) =>
        FlowodeCommand.Run(["score", Iris("resnet"), "--quiet", .. options]).RequireRefusal(2, text);

    [Fact]
    public void Evaluate_OfAnOdeNet_ConvergesToItsOwnAnswers()
    {
        string run = Iris("ode-net", "--rtol", "1e-6", "--atol", "1e-6");
        var result = FlowodeCommand.Run("classify", "--evaluate", run, "--solvers", "euler,dopri5", "--step-counts", "1,64", "--tolerances", "1e-5", "--threads", "1", "--json", "--quiet");
        Assert.True(result.Code == 0, result.Error);
        var solved = result.Json["solved"]!.AsArray();
        Assert.Equal(["euler 1 1", "euler 64 64", "dopri5 1 7", "dopri5 64 385", "dopri5  "], solved.Select(point => $"{point!["solver"]} {point["steps"]} {(point["steps"] is null ? "" : point["nfe"])}"));
        Assert.Equal(1, solved[4]!["agreement"]!.GetValue<double>());
        Assert.Equal(result.Number("trained", "accuracy", "share"), solved[4]!["accuracy"]!["share"]!.GetValue<double>());
        Assert.Equal(30, result.Json["alone"]!["rowsByEvaluations"]!.AsObject().Sum(entry => entry.Value!.GetValue<double>()));
        Assert.All(["depth.json", "depth.png", "evaluations.png"], name => Assert.True(File.Exists(Path.Combine(run, name)), name));
    }

    [Fact]
    public void Evaluate_OfOneSolverInBothWays_DrawsThemApart()
    {
        string run = Iris("ode-net");
        var result = FlowodeCommand.Run("classify", "--evaluate", run, "--solvers", "euler,dopri5", "--step-counts", "1,2", "--tolerances", "0.1,0.01", "--json", "--quiet");
        Assert.True(result.Code == 0, result.Error);
        var points = result.Json["solved"]!.AsArray();
        Assert.Equal(["euler", "euler", "dopri5, constant steps", "dopri5, constant steps", "dopri5, tolerances", "dopri5, tolerances"], points.Select(point => point!["series"]!.GetValue<string>()));
    }

    [Fact]
    public void Evaluate_Interrupted_SaysSoAndWritesNothing()
    {
        string run = Iris("ode-net");
        using var process = FlowodeCommand.Start("classify", "--evaluate", run, "--solvers", "rk4", "--step-counts", string.Join(',', Enumerable.Range(1000, 400)), "--threads", "1");
        string? first = process.StandardError.ReadLine();
        FlowodeCommand.Signal(process, "INT");
        var result = FlowodeCommand.Finish(process);
        Assert.Contains("Solving the block", first, StringComparison.Ordinal);
        Assert.True(result.Code == 130, $"code {result.Code}: {result.Error}");
        Assert.Contains("Stopping", result.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(run, "depth.json")));
    }

    [Fact]
    public void Evaluate_OfAResNetWithSharedWeights_AtItsOwnSteps_IsItself()
    {
        string run = Iris("resnet", "--shared", "--depth", "3");
        var result = FlowodeCommand.Run("classify", "--evaluate", run, "--solvers", "euler", "--step-counts", "3,24", "--json", "--quiet");
        Assert.True(result.Code == 0, result.Error);
        var same = result.Json["solved"]![0]!;
        Assert.Equal((1.0, 3.0), (same["agreement"]!.GetValue<double>(), same["nfe"]!.GetValue<double>()));
        Assert.True(JsonNode.DeepEquals(result.Json["trained"]!["accuracy"], same["accuracy"]));
    }

    [Theory]
    [InlineData("has blocks of its own for each step", "resnet")]
    [InlineData("has blocks of its own for each step", "revnet")]
    [InlineData("'eulr' is not known", "ode-net", "--solvers", "eulr")]
    [InlineData("--tolerances says nothing about euler", "ode-net", "--solvers", "euler", "--tolerances", "0.1")]
    [InlineData("--step-counts: '0' is not possible", "ode-net", "--step-counts", "0")]
    [InlineData("--evaluate takes data, options and seed from the run, so --depth", "ode-net", "--depth", "3")]
    public void Evaluate_OfWhatCannotBeSolvedInOtherWays_IsRefused(string text, string architecture, params string[] options)
    {
        string run = Iris(architecture);
        FlowodeCommand.Run(["classify", "--evaluate", run, "--quiet", .. options]).RequireRefusal(2, text);
        Assert.False(File.Exists(Path.Combine(run, "depth.json")));
    }

    [Fact]
    public void Evaluate_OptionsWithoutIt_AreRefused() =>
        FlowodeCommand.Run("classify", "iris", "--label", "species", "--solvers", "euler").RequireRefusal(2, "--solvers belongs to --evaluate");

    public void Dispose() => _folder.Dispose();

    private string Iris(string architecture, params string[] more)
    {
        string run = _folder.File(architecture);
        var result = FlowodeCommand.Run(["classify", "iris", "--label", "species", "--architecture", architecture, "--run", run, "--iterations", "40", "--lr", "0.02", "--channels", "8", "--batch", "24", "--validate-every", "10", "--threads", "1", "--device", "cpu", "--quiet", .. more]);
        Assert.True(result.Code == 0, result.Error);
        return run;
    }
}
