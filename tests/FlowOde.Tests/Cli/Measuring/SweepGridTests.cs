using FlowOde.Cli.Failures;
using FlowOde.Cli.Measuring;
using FlowOde.Cli.Settings;
using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Steppers;

namespace FlowOde.Tests.Cli.Measuring;

/// <summary>Which points a sweep has, and when two of them are the same measurement.</summary>
public class SweepGridTests
{
    private static readonly SweepOptions _options = new() { Steps = [2, 4], MemoryLimit = 1, TimeLimit = TimeSpan.FromSeconds(1), RepeatSeconds = 0 };

    [Fact]
    public void Make_OfSeveralSizes_HasThemAll()
    {
        var points = SweepGrid.Make([Subject("hidden", "4,4")], _options with { Methods = ["direct", "auto"], Solvers = ["midpoint", "euler"], Batches = [8, 16], Widths = [3, 5] }, _ => { });
        Assert.Equal(32, points.Count);
        Assert.Equal(32, points.Select(point => point.Key).Distinct().Count());
        Assert.Equal(["3,3", "5,5"], points.Select(point => string.Join(',', point.Hidden)).Distinct());
        Assert.Equal(["direct 2", "auto 2", "direct 4", "auto 4"], points.Take(4).Select(point => $"{point.Method} {point.Steps}"));
        Assert.Equal("4", points[2].Values.Text("steps"));
        Assert.Equal(["3", "3"], points[2].Values.List("hidden"));
        Assert.False(points[2].Values.Has("rtol"), "constant steps have no tolerance");
    }

    [Fact]
    public void Make_ByDefault_HasAllMethodsAndSaysWhichTakeAnotherSolver()
    {
        var notices = new List<string>();
        var points = SweepGrid.Make([Subject()], _options, notices.Add);
        var solver = StepperCatalog.Find("dopri5")!;
        Assert.Equal(AdjointCatalog.All.Select(method => method.Name), points.Where(point => point.Steps == 2).Select(point => point.Method));
        Assert.Equal(AdjointCatalog.All.Where(method => !method.Supports(solver, out _)).Select(method => method.Name), notices.Select(notice => notice.Split(' ')[0]));
        Assert.All(points, point => Assert.Equal(point.Method == "reversible" ? "coupled-dopri5" : "dopri5", point.Solver));
        Assert.All(points, point => Assert.Equal(512, point.Batch));
    }

    [Fact]
    public void Make_OfReversibleWithASolverThatHasNoPartner_TakesOneThatItGoesWith()
    {
        var points = SweepGrid.Make([Subject("solver", "bosh3")], _options with { Methods = ["reversible"] }, _ => { });
        Assert.All(points, point => Assert.Equal("asynchronous-leapfrog", point.Solver));
        Assert.All(points, point => Assert.Equal("asynchronous-leapfrog", point.Values.Text("solver")));
    }

    [Fact]
    public void Make_OfAMethodThatGoesWithOneOfTwoSolvers_LeavesTheOtherOut()
    {
        var notices = new List<string>();
        var points = SweepGrid.Make([Subject()], _options with { Methods = ["reversible", "direct"], Solvers = ["dopri5", "coupled-dopri5"] }, notices.Add);
        Assert.Equal(["dopri5 direct", "coupled-dopri5 reversible", "coupled-dopri5 direct"], points.Where(point => point.Steps == 2).Select(point => $"{point.Solver} {point.Method}"));
        Assert.Contains("reversible with dopri5", Assert.Single(notices), StringComparison.Ordinal);
    }

    [Fact]
    public void Make_OfMoreRowsThanTheTableHas_IsRefused()
    {
        using var folder = new TemporaryFolder();
        var subject = MeasurementSubject.Open(folder.WriteTable(), new SettingLayer(""), _ => { });
        Assert.Contains("--batch 1000", Assert.Throws<UsageException>(() => SweepGrid.Make([subject], _options with { Batches = [1000] }, _ => { })).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("seed", "4", true)]
    [InlineData("validation", "0.3", true)]
    [InlineData("test", "0.2", true)]
    [InlineData("dtype", "float64", true)]
    [InlineData("threads", "2", true)]
    [InlineData("activation", "sine", true)]
    [InlineData("trace", "hutchinson", true)]
    [InlineData("adjoint-memory", "64MB", false)]
    public void Key_OfASettingThatChangesTheMeasurement_Changes(string name, string value, bool changesAll)
    {
        Assert.Equal(changesAll, Key("direct") != Key("direct", name, value));
        Assert.NotEqual(Key("auto"), Key("auto", name, value));
        Assert.Equal(Key("direct"), Key("direct", "device", "auto"));
    }

    private static string Key(string method, params string[] setting) => new MeasurementPoint(Subject(setting), method, "dopri5", 2, 8, [4]).Key;

    private static MeasurementSubject Subject(params string[] setting) => MeasurementSubject.Open("moons", setting.Length == 0 ? new SettingLayer("") : new SettingLayer("").Add(setting[0], setting[1]), _ => { });
}
