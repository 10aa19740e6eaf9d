using FlowOde.Cli.Precision;

namespace FlowOde.Tests.Cli.Verbs;

/// <summary><c>solvers --measure</c> solves known problems and draws work against precision.</summary>
public class PrecisionTests
{
    [Fact]
    public void Measure_OfAProblem_WritesPointsAndAPicture()
    {
        using var folder = new TemporaryFolder();
        string file = folder.Write("peers.json", """{"points": [{"problem": "a3", "solver": "peer", "tolerance": 0.001, "evaluations": 99, "error": 0.5}]}""");
        string place = Path.Combine(Path.GetDirectoryName(file)!, "out");
        var run = FlowodeCommand.Run("solvers", "--measure", "a3", "--solvers", "dopri5,tsit5", "--peers", file, "--out", place, "--json");
        Assert.Equal(0, run.Code);
        var points = run.Json["points"]!.AsArray();
        Assert.Equal((8 * 2) + 1, points.Count);
        Assert.True(points[7]!["error"]!.GetValue<double>() < 1e-8, $"at 1e-10 the error is {points[7]!["error"]}");
        Assert.Equal(99, points[16]!["evaluations"]!.GetValue<int>());
        Assert.All(new[] { "points.csv", "points.json", "a3.png" }, name => Assert.True(new FileInfo(Path.Combine(place, name)) is { Exists: true, Length: > 100 }, name));
        Assert.Equal(18, File.ReadAllLines(Path.Combine(place, "points.csv")).Length);
        Assert.Equal(17, PeerFile.Read(Path.Combine(place, "points.json")).Count);
    }

    [Theory]
    [InlineData("There is no problem 'd55'. Did you mean 'd5'?", "--measure", "d55")]
    [InlineData("'rk4' estimates no error", "--measure", "d5", "--solvers", "rk4")]
    [InlineData("There is no solver 'tist5'. Did you mean 'tsit5'?", "--measure", "d5", "--solvers", "tist5")]
    [InlineData("those above it diverge. Found 9.", "--measure", "d5", "--solvers", "bdf:9")]
    [InlineData("give --measure PROBLEM with it", "--solvers", "dopri5")]
    [InlineData("cannot be read", "--measure", "d5", "--peers", "no-such-file.json")]
    public void Measure_OfWhatCannotBe_SaysWhy(string message, params string[] arguments)
    {
        var run = FlowodeCommand.Run(["solvers", .. arguments]);
        Assert.NotEqual(0, run.Code);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
    }
}
