namespace FlowOde.Tests.Cli.Verbs;

/// <summary>Wrong usage ends with code 2, the nearest known name, and nothing written.</summary>
public class UsageTests
{
    [Theory]
    [InlineData("train", "trian moons")]
    [InlineData("--lr", "train --rl 3 moons")]
    [InlineData("--hidden", "train moons --hiden=3")]
    [InlineData("moons", "train moos")]
    [InlineData("dopri5", "train moons --solver dopri6")]
    [InlineData("concatsquash", "train moons --layer concatsqash")]
    [InlineData("softplus", "train moons --activation softpluss")]
    [InlineData("backsolve", "train moons --adjoint backsolv")]
    [InlineData("hutchinson", "train moons --trace hutchison")]
    [InlineData("cosine", "train moons --schedule cosin")]
    [InlineData("ffjord-toy", "train moons --preset fjord-toy")]
    [InlineData("kinetic-energy", "train moons --regularize kinetic-enrgy=1")]
    [InlineData("pi42", "train moons --controller pi24")]
    [InlineData("density", "render nowhere --what densty")]
    [InlineData("info", "data inof")]
    public void Run_WithAMistypedName_SuggestsTheNearest(string meant, string line)
    {
        var result = FlowodeCommand.Run(line.Split(' '));
        result.RequireRefusal(2, meant == "info" ? "inof" : $"Did you mean '{meant}'?");
        Assert.Empty(result.Out);
    }

    [Theory]
    [InlineData("train", "needs DATA")]
    [InlineData("train moons earthquakes", "earthquakes")]
    [InlineData("train moons --lr", "--lr")]
    [InlineData("train moons --lr fast", "--lr", "fast", "number")]
    [InlineData("train moons --lr -1", "--lr", "-1", "greater than 0")]
    [InlineData("train moons --lr 0", "--lr", "greater than 0")]
    [InlineData("train moons --lr NaN", "--lr", "NaN")]
    [InlineData("train moons --batch 1.5", "--batch", "whole number")]
    [InlineData("train moons --batch 0", "--batch", "at least 1")]
    [InlineData("train moons --average 1", "--average", "less than 1")]
    [InlineData("train moons --hidden 64,x", "--hidden", "x")]
    [InlineData("train moons --hidden 0", "--hidden", "0")]
    [InlineData("train moons --seed -3", "--seed", "-3")]
    [InlineData("train moons --rtol 1e-9", "--rtol", "machine epsilons", "--dtype float64")]
    [InlineData("train moons --rtol 1e-17 --dtype float64", "--rtol", "machine epsilons")]
    [InlineData("train moons --steps 4 --rtol 1e-3", "--steps", "--rtol", "exclude")]
    [InlineData("train moons --minutes 1 --iterations 5", "--iterations", "--minutes", "exclude")]
    [InlineData("train moons --solver rk4", "rk4", "--steps")]
    [InlineData("train moons --base-time 1 --data-time 1", "--base-time", "--data-time")]
    [InlineData("train moons --adjoint-memory lots", "--adjoint-memory", "lots", "512MB")]
    [InlineData("train moons --adjoint-memory 1KB --threads 1", "budget", "1,024", "single step", "symplectic")]
    [InlineData("train moons --adjoint binomial:0", "--adjoint", "binomial:0", "At least 1")]
    [InlineData("train moons --adjoint checkpointed:-2", "--adjoint", "checkpointed:-2", "at least 1")]
    [InlineData("train moons --adjoint binomial:few", "binomial:few", "whole number", "stores at most")]
    [InlineData("train moons --adjoint direct:4", "direct:4", "takes no number")]
    [InlineData("train moons --adjoint reversibel", "reversibel", "Did you mean 'reversible'")]
    [InlineData("train moons --adjoint reversible", "reversible", "dopri5", "coupled-dopri5")]
    [InlineData("train moons --adjoint symplectic --solver coupled-dopri5", "symplectic", "coupled-dopri5", "dopri5")]
    [InlineData("train moons --adjoint backpropagation --solver reversible-heun", "backpropagation", "reversible-heun", "direct")]
    [InlineData("train moons --solver leapfrog --steps 4", "--solver", "leapfrog", "second-order")]
    [InlineData("train moons --adjoint-rtol 1e-6", "--adjoint-rtol", "--adjoint auto", "no backward solve", "backsolve", "interpolated")]
    [InlineData("train moons --adjoint checkpointed --adjoint-solver bosh3", "--adjoint-solver", "--adjoint checkpointed", "no backward solve")]
    [InlineData("train moons --adjoint backsolve --adjoint-solver rk4", "--adjoint-solver rk4", "no error", "dopri5")]
    [InlineData("train moons --adjoint backsolve --solver rk4 --steps 4 --adjoint-rtol 1e-4 --adjoint-atol 1e-4", "--solver rk4", "no error", "--adjoint-solver", "dopri5")]
    [InlineData("train moons --adjoint backsolve --steps 4 --adjoint-rtol 1e-4", "--adjoint-atol", "missing", "--steps")]
    [InlineData("train moons --adjoint interpolated --adjoint-rtol 1e-8", "--adjoint-rtol", "machine epsilons", "--dtype float64")]
    [InlineData("train moons --adjoint interpolated --adjoint-rtol 1e-17 --dtype float64", "--adjoint-rtol", "machine epsilons")]
    [InlineData("train moons --adjoint interpolated --adjoint-atol 0", "--adjoint-atol", "greater than 0")]
    [InlineData("train moons --regularize kinetic-energy", "NAME=WEIGHT")]
    [InlineData("train moons --regularize kinetic-energy=1 --regularize kinetic-energy=2", "twice")]
    [InlineData("train moons --columns x", "--columns", "moons")]
    [InlineData("train moons --config nowhere.json", "--config", "nowhere.json")]
    [InlineData("train moons --plan nowhere.json", "--plan", "nowhere.json")]
    [InlineData("train --resume nowhere", "nowhere")]
    [InlineData("sample moons", "moons", "expected the folder of a run")]
    [InlineData("sample nowhere", "nowhere")]
    [InlineData("sample nowhere --out x.docx", ".csv")]
    [InlineData("sample nowhere --count 0", "--count", "0")]
    [InlineData("sample nowhere --temperature 0", "--temperature")]
    [InlineData("score nowhere", "DATA")]
    [InlineData("render nowhere --size big", "--size", "WIDTHxHEIGHT")]
    [InlineData("render nowhere --out x.gif", ".gif", ".png")]
    [InlineData("data info nothing", "nothing")]
    public void Run_WithNonsense_SaysWhatAndWritesNothing(string line, params string[] facts)
    {
        using var folder = new TemporaryFolder();
        string[] words = line.Split(' ');
        bool isNewRun = words[0] == "train" && !words.Contains("--resume");
        var result = FlowodeCommand.Run(isNewRun ? [.. words, "--run", folder.File("run")] : words);
        result.RequireRefusal(2, facts);
        Assert.Empty(result.Out);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [FactWithoutGpu]
    public void Train_OnAGpuThatIsNotThere_SaysHowToGoOn()
    {
        using var folder = new TemporaryFolder();
        FlowodeCommand.Run("train", "moons", "--device", "cuda", "--run", folder.File("run")).RequireRefusal(2, "--device cuda", "GPU", "--device cpu");
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Fact]
    public void Run_FailingWithJson_PrintsOneObjectWithTheMessage()
    {
        var result = FlowodeCommand.Run("train", "moos", "--json");
        Assert.Equal(2, result.Code);
        Assert.Equal(2, result.Json["exitCode"]!.GetValue<int>());
        Assert.Contains("moons", result.Json["error"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--help", "train <DATA>")]
    [InlineData("train --help", "flowode train earthquakes")]
    [InlineData("sample --help", "flowode sample runs/moons")]
    [InlineData("score --help", "flowode score runs/earthquakes")]
    [InlineData("render --help", "--what field")]
    [InlineData("data --help", "flowode data info earthquakes")]
    [InlineData("solvers --help", "flowode solvers --json")]
    public void Help_OfEveryVerb_EndsWithExamples(string line, string example)
    {
        var result = FlowodeCommand.Run(line.Split(' '));
        Assert.Equal(0, result.Code);
        Assert.Contains(example, result.Out, StringComparison.Ordinal);
    }
}
