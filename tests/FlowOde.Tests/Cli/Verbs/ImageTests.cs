using System.Text.Json.Nodes;
using FlowOde.Data.Images;
using SkiaSharp;

namespace FlowOde.Tests.Cli.Verbs;

/// <summary>Models of images on the command line: training by both objectives, sampling, scoring, drawing, measuring.</summary>
[Collection(TrainedRunsGroup.Name)]
public sealed class ImageTests(TrainedRuns runs) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Train_OnDigits_ReportsBitsAndDrawsSamples()
    {
        var report = Report(runs.Images);
        Assert.Equal("flow-matching", report["objective"]!.GetValue<string>());
        Assert.True(double.IsFinite(report["bitsPerDim"]!["test"]!["mean"]!.GetValue<double>()));
        Assert.InRange(report["baseline"]!["gaussian"]!["mean"]!.GetValue<double>(), 1.5, report["baseline"]!["gaussianPerPixel"]!["mean"]!.GetValue<double>());
        Assert.True(File.Exists(Path.Combine(runs.Images, "samples.png")));
        Assert.Equal(["0000005.png", "0000010.png"], Directory.EnumerateFiles(Path.Combine(runs.Images, "previews")).Select(file => Path.GetFileName(file)).Order());
    }

    [Fact]
    public void Sample_ToAGridAFolderAndAnArray_WritesThem()
    {
        Ok("sample", runs.Images, "--out", _folder.File("g.png"), "--rows", "2", "--columns", "3", "--class", "3,none", "--guidance", "1");
        using var grid = SKBitmap.Decode(_folder.File("g.png"));
        Assert.NotNull(grid);
        Ok("sample", runs.Images, "--out", _folder.File("all/"), "--count", "5");
        Assert.Equal(5, Directory.GetFiles(_folder.File("all")).Length);
        Ok("sample", runs.Images, "--out", _folder.File("s.npy"), "--count", "4", "--solver", "midpoint", "--steps", "2");
        var set = ImageReaders.Read(_folder.File("s.npy"), "s", new());
        Assert.Equal((4, 1, 8, 8), (set.Count, set.Channels, set.Height, set.Width));
        Assert.True(set.Pixels.ToArray().Max() <= 16, "Samples are levels of the data.");
        Assert.Equal(4, Ok("sample", runs.Images, "--out", _folder.File("s.npy"), "--solver", "midpoint", "--steps", "2", "--json").Number("nfe"));
    }

    [Theory]
    [InlineData("--class", "3")]
    [InlineData("--guidance", "2")]
    [InlineData("--temperature", "0.5")]
    [InlineData("--seed", "5")]
    public void Sample_WithAnOption_GivesOtherImages(string option, string value)
    {
        byte[] Draw(params string[] more)
        {
            Ok(["sample", runs.Images, "--out", _folder.File("s.npy"), "--count", "6", "--solver", "euler", "--steps", "3", .. more]);
            return File.ReadAllBytes(_folder.File("s.npy"));
        }

        byte[] plain = Draw();
        Assert.Equal(plain, Draw());
        Assert.NotEqual(plain, Draw(option, value));
        Assert.Equal(plain, Draw("--guidance", "0"));
    }

    [Fact]
    public void Sample_OfGivenPictures_GoesBetweenThemAndBack()
    {
        Ok("sample", runs.Images, "--out", _folder.File("two/"), "--count", "2");
        string[] files = [.. Directory.GetFiles(_folder.File("two")).Order()];
        Ok("sample", runs.Images, "--interpolate", files[0], files[1], "--columns", "4", "--out", _folder.File("i.npy"));
        var set = ImageReaders.Read(_folder.File("i.npy"), "i", new());
        using var first = SKBitmap.Decode(files[0]);
        Assert.Equal(4, set.Count);
        Assert.InRange(Math.Abs(set.Row(0)[9] - (first.GetPixel(1, 1).Red * 16 / 255.0)), 0, 1.1);
        var back = Ok("sample", runs.Images, "--reconstruct", _folder.File("two"), "--out", _folder.File("r.png"), "--json");
        Assert.InRange(back.Number("meanDifference"), 0, 0.6);
    }

    [Fact]
    public void Score_OfImages_GivesBitsWithErrors()
    {
        var result = Ok("score", runs.Images, "digits", "--rows", "6", "--noise-samples", "2", "--out", _folder.File("s.csv"), "--grid", _folder.File("g.png"), "--json");
        double mean = result.Number("bitsPerDim", "mean");
        string[] lines = File.ReadAllLines(_folder.File("s.csv"));
        Assert.Equal(("bits_per_dim,standard_error,class", 7), (lines[0], lines.Length));
        Assert.Equal(mean, lines.Skip(1).Average(line => double.Parse(line.Split(',')[0])), 1e-6);
        Assert.True(File.Exists(_folder.File("g.png")));
        Assert.Equal(3, Ok("score", runs.Images, "--rows", "3", "--noise-samples", "1", "--json").Number("images"));
        double exact = Ok("score", runs.Images, "digits", "--rows", "6", "--noise-samples", "2", "--trace", "exact", "--json").Number("bitsPerDim", "mean");
        double sketched = Ok("score", runs.Images, "digits", "--rows", "6", "--noise-samples", "2", "--trace", "hutch++", "--probes", "24", "--json").Number("bitsPerDim", "mean");
        Assert.InRange(Math.Abs(mean - exact), 1e-9, 0.1);
        Assert.InRange(Math.Abs(sketched - exact), 1e-9, 0.1);
    }

    [Fact]
    public void Score_ByWhatIsKnownOfClasses_DiffersAndIsNamed()
    {
        (double Bits, string Condition) Bits(params string[] more)
        {
            var result = Ok(["score", runs.Images, "--rows", "4", "--noise-samples", "1", "--json", .. more]);
            return (result.Number("bitsPerDim", "mean"), result.Json["scoring"]!["condition"]!.GetValue<string>());
        }

        var (given, none, marginal) = (Bits(), Bits("--condition", "none"), Bits("--condition", "marginal"));
        Assert.Equal(("class", "none", "marginal"), (given.Condition, none.Condition, marginal.Condition));
        Assert.Equal(3, new[] { given.Bits, none.Bits, marginal.Bits }.Distinct().Count());
        Ok("sample", runs.Images, "--out", _folder.File("one/"), "--count", "1");
        string picture = Directory.GetFiles(_folder.File("one")).Single();
        Assert.Equal("none", Ok("score", runs.Images, picture, "--noise-samples", "1", "--json").Json["scoring"]!["condition"]!.GetValue<string>());
        Assert.Contains("no classes", Refused("score", runs.Images, picture, "--condition", "class"), StringComparison.Ordinal);
    }

    [Fact]
    public void Score_AtALooserTolerance_TakesFewerEvaluations()
    {
        double Evaluations(params string[] more) => Ok(["score", runs.Images, "--rows", "3", "--noise-samples", "1", "--json", .. more]).Number("scoring", "nfe");
        Assert.True(Evaluations("--tolerance", "1e-2") < Evaluations());
        Assert.Equal(1e-2, Ok("score", runs.Images, "--rows", "1", "--noise-samples", "1", "--json", "--tolerance", "0.01").Number("scoring", "tolerance"));
        Assert.Contains("--tolerance", Refused("score", runs.Images, "--tolerance", "1e-12"), StringComparison.Ordinal);
        Assert.Contains("--tolerance", Refused("score", runs.Images, "--tolerance", "0"), StringComparison.Ordinal);
    }

    [Fact]
    public void Score_OfOneImage_WarnsOfNothing()
    {
        // libtorch leaves the convolutions of one small image to NNPACK, which on processors it does not know says so each time.
        var result = FlowodeCommand.Finish(FlowodeCommand.Start("score", runs.Images, "--rows", "1", "--noise-samples", "1", "--trace", "hutchinson", "--threads", "1", "--quiet"));
        Assert.Equal((0, ""), (result.Code, result.Error));
        Assert.DoesNotContain("±  ", result.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("samples", "png")]
    [InlineData("trajectories", "png")]
    [InlineData("loss", "png")]
    [InlineData("animation", "webp")]
    public void Render_OfImages_Draws(string what, string extension)
    {
        string path = _folder.File($"p.{extension}");
        Ok(["render", runs.Images, "--what", what, "--out", path, .. what == "animation" ? ["--frames", "3"] : Array.Empty<string>()]);
        using var codec = SKCodec.Create(path);
        Assert.Equal(what == "animation" ? 3 : 0, codec.FrameCount);
    }

    [Fact]
    public void Train_FromARun_ContinuesItByAnotherObjective()
    {
        string run = _folder.File("tuned");
        Ok(["train", "--from", runs.Images, "--run", run, "--objective", "likelihood", "--iterations", "2", "--batch", "8", "--solver", "euler", "--steps", "2", "--validation-rows", "8", "--score-rows", "2", "--noise-samples", "1", "--previews", "0", "--threads", "1", "--device", "cpu"]);
        Assert.Equal("likelihood", Report(run)["objective"]!.GetValue<string>());
        Assert.Equal(Report(runs.Images)["parameters"]!.GetValue<long>(), Report(run)["parameters"]!.GetValue<long>());
        Assert.Contains("--hidden", Refused("train", "--from", runs.Images, "--hidden", "3"), StringComparison.Ordinal);
        Assert.Contains("--seed", Refused("train", "--from", runs.Images, "--seed", "3"), StringComparison.Ordinal);
        Assert.Contains("moons", Refused("train", "moons", "--from", runs.Images), StringComparison.Ordinal);
    }

    [Fact]
    public void Train_OfAMultiscaleFlowWithNorms_IsSavedScoredAndSampled()
    {
        string run = _folder.File("multiscale");
        Ok(["train", "digits", "--run", run, "--hidden", "4", "--scales", "2", "--batch-norm", "--iterations", "4", "--validate-every", "2", "--batch", "8", "--solver", "euler", "--steps", "2", "--validation-rows", "8", "--score-rows", "2", "--noise-samples", "1", "--previews", "4", "--threads", "1", "--device", "cpu"]);
        Ok("sample", run, "--out", _folder.File("m.png"), "--rows", "2", "--columns", "2");
        double saved = Report(run)["bitsPerDim"]!["test"]!["mean"]!.GetValue<double>();
        Assert.True(double.IsFinite(saved));
        Ok("render", run, "--what", "trajectories", "--out", _folder.File("m-ways.png"));
        Ok("render", run, "--what", "animation", "--frames", "3", "--out", _folder.File("m.webp"));
        using var codec = SKCodec.Create(_folder.File("m.webp"));
        Assert.Equal(3, codec.FrameCount);
        Assert.Contains("scales", Refused("train", "digits", "--objective", "flow-matching", "--network", "conv", "--scales", "2"), StringComparison.Ordinal);
    }

    [Fact]
    public void Quality_OfARun_MeasuresAndKeepsTheClassifier()
    {
        var result = Ok("quality", runs.Images, "--count", "100", "--out", _folder.File("n.png"), "--threads", "1", "--json", "--solver", "euler", "--steps", "2");
        Assert.InRange(result.Number("classifierAccuracy", "share"), 0.95, 1);
        Assert.InRange(result.Number("recognised", "share"), 0, 0.7); // twelve steps make no digits
        Assert.True(result.Number("kernelDiscrepancy", "samples", "mean") > 10 * Math.Abs(result.Number("kernelDiscrepancy", "realImages", "mean")));
        Assert.True(File.Exists(Path.Combine(runs.Images, "classifier.safetensors")));
        Assert.Contains("images", Refused("quality", runs.Toy), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sample", "TABLE", "--class", "3")]
    [InlineData("sample", "TABLE", "--guidance", "1")]
    [InlineData("sample", "RUN", "--class", "elephant")]
    [InlineData("sample", "RUN", "--out", "x.xyz")]
    [InlineData("sample", "RUN", "--reconstruct", "digits", "--class", "3")]
    [InlineData("sample", "RUN", "--out", "some/", "--rows", "2")]
    [InlineData("sample", "RUN", "--rows", "2", "--count", "5")]
    [InlineData("score", "RUN", "digits", "--columns", "9")]
    [InlineData("score", "RUN", "digits", "--condition", "magic")]
    [InlineData("train", "moons", "--previews", "4")]
    [InlineData("train", "digits", "--objective", "flow-matching", "--activation", "tanh")]
    [InlineData("train", "digits", "--objective", "flow-matching", "--heads", "2")]
    [InlineData("train", "digits", "--objective", "flow-matching", "--condition", "none", "--class-dropout", "0.3")]
    [InlineData("train", "digits", "--heads", "2")]
    [InlineData("score", "RUN", "moons")]
    [InlineData("score", "RUN", "mnist10k")]
    [InlineData("score", "RUN", "digits", "--trace", "magic")]
    [InlineData("score", "RUN", "digits", "--trace", "exact", "--probes", "4")]
    [InlineData("score", "RUN", "digits", "--trace", "hutch++", "--probes", "4")]
    [InlineData("render", "RUN", "--what", "density")]
    [InlineData("train", "moons", "--network", "unet")]
    [InlineData("train", "moons", "--scales", "2")]
    [InlineData("train", "moons", "--condition", "class")]
    [InlineData("train", "digits", "--size", "4")]
    [InlineData("train", "digits", "--coupling", "ot")]
    [InlineData("train", "digits", "--objective", "flow-matching", "--regularize", "kinetic-energy=1")]
    [InlineData("train", "digits", "--objective", "flow-matching", "--path", "vp-diffusion", "--sigma", "0.1")]
    [InlineData("train", "digits", "--objective", "flow-matching", "--logit-alpha", "0.1")]
    [InlineData("train", "digits", "--logit-alpha", "0.6")]
    public void Run_WithWhatDoesNotFit_SaysSoInOneLine(params string[] args)
    {
        string[] real = [.. args.Select(arg => arg == "RUN" ? runs.Images : arg == "TABLE" ? runs.Table : arg)];
        string message = Refused(args[0] == "train" ? [.. real, "--run", _folder.File("refused"), "--iterations", "1"] : real);
        Assert.DoesNotContain("   at ", message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.File("refused")));
    }

    public void Dispose() => _folder.Dispose();

    private static CliResult Ok(params string[] args)
    {
        var result = FlowodeCommand.Run(args);
        Assert.True(result.Code == 0, $"{string.Join(' ', args)}: {result.Error}");
        return result;
    }

    private static string Refused(params string[] args)
    {
        var result = FlowodeCommand.Run(args);
        Assert.True(result.Code == 2, $"{string.Join(' ', args)} ended with {result.Code}: {result.Error}");
        return result.Error;
    }

    private static JsonNode Report(string run) => JsonNode.Parse(File.ReadAllText(Path.Combine(run, "report.json")))!;
}
