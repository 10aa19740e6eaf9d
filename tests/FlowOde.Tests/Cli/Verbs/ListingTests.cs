using FlowOde.Data.Fetching;
using FlowOde.Data.Sources;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.Stochastic;

namespace FlowOde.Tests.Cli.Verbs;

/// <summary><c>data</c> and <c>solvers</c> list what there is.</summary>
public class ListingTests
{
    [Fact]
    public void Data_WithAndWithoutJson_NamesEverySet()
    {
        var (plain, json) = (FlowodeCommand.Run("data"), FlowodeCommand.Run("data", "--json"));
        Assert.Equal((0, 0), (plain.Code, json.Code));
        Assert.All(DataCatalog.Names, name => Assert.Contains(name, plain.Out, StringComparison.Ordinal));
        Assert.All(RemoteSets.All, set => Assert.Contains(set.Name, plain.Out, StringComparison.Ordinal));
        Assert.Equal(RemoteSets.All.Select(set => set.Bytes), json.Json["remote"]!.AsArray().Select(set => set!["bytes"]!.GetValue<long>()));
        Assert.Equal(DataCatalog.Names.Count, json.Json["toys"]!.AsArray().Count + json.Json["bundled"]!.AsArray().Count);
    }

    [Fact]
    public void Solvers_WithAndWithoutJson_NamesEveryStepper()
    {
        var (plain, json) = (FlowodeCommand.Run("solvers"), FlowodeCommand.Run("solvers", "--json"));
        Assert.All(StepperCatalog.All, stepper => Assert.Contains(stepper.Name, plain.Out, StringComparison.Ordinal));
        Assert.Equal(StepperCatalog.All.Select(s => s.Name), json.Json["solvers"]!.AsArray().Select(s => s!["name"]!.GetValue<string>()));
        Assert.All(json.Json["solvers"]!.AsArray(), solver => Assert.NotEmpty(solver!["adjoints"]!.AsArray()));
        var listed = json.Json["solvers"]!.AsArray().ToDictionary(solver => solver!["name"]!.GetValue<string>(), solver => solver!);
        string[] Adjoints(string name) => [.. listed[name]["adjoints"]!.AsArray().Select(adjoint => adjoint!.GetValue<string>())];
        Assert.Contains("symplectic", Adjoints("doubled-rk4"));
        Assert.Contains("reversible", Adjoints("doubled-leapfrog"));
        Assert.All(StepperCatalog.All, stepper => Assert.Equal(Doubling.Supports(stepper, out _) ? $"doubled-{stepper.Name}" : null, listed[stepper.Name]["doubled"]?.GetValue<string>()));
        Assert.Equal(("doubled-leapfrog", null), (listed["leapfrog"]["doubled"]?.GetValue<string>(), listed["adams-bashforth2"]["doubled"]?.GetValue<string>()));
        Assert.Contains("or adaptive as", plain.Out, StringComparison.Ordinal);
        Assert.Equal(["backsolve", "backsolve-full", "interpolated"], Adjoints("adams"));
        Assert.Equal((5, 13, 2, true), (listed["adams"]["order"]!.GetValue<int>(), listed["adams"]["highestOrder"]!.GetValue<int>(), listed["adams"]["stages"]!.GetValue<int>(), listed["adams"]["adaptive"]!.GetValue<bool>()));
        Assert.True(listed["leapfrog"]["isReversible"]!.GetValue<bool>());
        Assert.Equal(("bounded", "A-stable", "L-stable"), (listed["dopri5"]["stability"]!.GetValue<string>(), listed["gauss4"]["stability"]!.GetValue<string>(), listed["radau5"]["stability"]!.GetValue<string>()));
        Assert.Contains("order up to 13", plain.Out, StringComparison.Ordinal);
        Assert.All(SdeCatalog.All, stepper => Assert.Contains(stepper.Name, plain.Out, StringComparison.Ordinal));
        var stochastic = json.Json["stochastic"]!.AsArray().ToDictionary(method => method!["name"]!.GetValue<string>(), method => method!);
        Assert.Equal(SdeCatalog.All.Select(s => s.Name), stochastic.Keys);
        Assert.Equal((0.5, "Itô"), (stochastic["euler-maruyama"]["strongOrder"]!.GetValue<double>(), stochastic["euler-maruyama"]["calculus"]!.GetValue<string>()));
        Assert.Equal((1.0, "Stratonovich"), (stochastic["stratonovich-heun"]["strongOrder"]!.GetValue<double>(), stochastic["stratonovich-heun"]["calculus"]!.GetValue<string>()));
    }

    [Fact]
    public void DataInfo_OfATable_GivesItsMoments()
    {
        using var folder = new TemporaryFolder();
        string file = folder.Write("t.csv", "a,b\n1,10\n2,20\n3,60\n");
        var column = FlowodeCommand.Run("data", "info", file, "--json").Json["columns"]![1]!;
        Assert.Equal(("b", 10.0, 60.0, 30.0), (column["name"]!.GetValue<string>(), column["min"]!.GetValue<double>(), column["max"]!.GetValue<double>(), column["mean"]!.GetValue<double>()));
        Assert.Equal(Math.Sqrt(1400 / 3.0), column["std"]!.GetValue<double>(), 1e-12);
    }

    [Fact]
    public void DataInfo_OfAToy_GivesItsEntropy()
    {
        var result = FlowodeCommand.Run("data", "info", "checkerboard", "--json");
        Assert.Equal(Math.Log(32), result.Number("entropy"), 1e-6);
    }

    [Fact]
    public void DataFetch_OfAnUnknownSet_NamesThoseThatThereAre()
    {
        var result = FlowodeCommand.Run("data", "fetch", "mnits");
        Assert.Equal(2, result.Code);
        Assert.Contains("'mnits'", result.Error, StringComparison.Ordinal);
        Assert.All(RemoteSets.All, set => Assert.Contains(set.Name, result.Error, StringComparison.Ordinal));
    }

    [Fact]
    public void DataFetch_WhereAFileStandsInTheWay_SaysSoBeforeAskingAnybody()
    {
        using var folder = new TemporaryFolder();
        string file = folder.Write("mnist", "no folder");
        var result = FlowodeCommand.Run("data", "fetch", "mnist", "--into", folder.Path);
        Assert.Equal(1, result.Code);
        Assert.Contains(file, result.Error, StringComparison.Ordinal);
    }
}
