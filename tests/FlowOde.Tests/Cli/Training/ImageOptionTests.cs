using System.Text.Json.Nodes;
using FlowOde.Data.Images;

namespace FlowOde.Tests.Cli.Training;

/// <summary>Each option of images, networks and flow matching does something.</summary>
[Collection(TrainedRunsGroup.Name)]
public sealed class ImageOptionTests(ImageOptionTests.Bases bases) : IClassFixture<ImageOptionTests.Bases>, IDisposable
{
    private static readonly string[] _small = ["--iterations", "4", "--validate-every", "2", "--batch", "16", "--average", "0", "--lr", "0.05", "--warmup", "0", "--validation-rows", "8", "--score-rows", "2", "--noise-samples", "1", "--previews", "0", "--threads", "1", "--device", "cpu"];

    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("--path", "vp-trigonometric")]
    [InlineData("--path", "stochastic-interpolant")]
    [InlineData("--sigma", "0.2")]
    [InlineData("--coupling", "ot")]
    [InlineData("--coupling", "sinkhorn")]
    [InlineData("--time-sampling", "logit-normal")]
    [InlineData("--class-dropout", "0.9")]
    [InlineData("--condition", "none")]
    [InlineData("--network", "conv")]
    [InlineData("--hidden", "4,4")]
    [InlineData("--residual-blocks", "2")]
    [InlineData("--attention", "1")]
    [InlineData("--flip", null)]
    public void Option_OfFlowMatching_ChangesTheModel(string option, string? value) =>
        AssertChanges(["--objective", "flow-matching", "--hidden", "4,8"], option, value);

    [Fact]
    public void Heads_OfAttention_ChangeTheModel() =>
        AssertChanges(["--objective", "flow-matching", "--hidden", "4,8", "--attention", "1", "--heads", "1"], "--heads", "2");

    [Theory]
    [InlineData("--scales", "1")]
    [InlineData("--batch-norm", null)]
    [InlineData("--logit-alpha", "0.05")]
    [InlineData("--layer", "gated")]
    [InlineData("--strides", "2,1,-2,1")]
    [InlineData("--bottleneck-layer", "2")]
    [InlineData("--regularize", "none")]
    public void Option_OfLikelihood_ChangesTheModel(string option, string? value) =>
        AssertChanges(
        [
            "--steps", "2", "--solver", "rk4",
            .. option switch
            {
                "--strides" => (string[])["--hidden", "4,4,4"],
                "--bottleneck-layer" => ["--hidden", "4,4,4", "--strides", "2,2,-2,-2", "--regularize", "kinetic-energy=0.01"],
                _ => ["--hidden", "4"],
            },
        ], option, value);

    [Fact]
    public void ClassDropout_OfZero_LeavesNothingToGuideBy()
    {
        string run = Train("known", ["--objective", "flow-matching", "--hidden", "4,8"], "--class-dropout", "0");
        var result = FlowodeCommand.Run("sample", run, "--guidance", "1", "--out", _folder.File("g.png"));
        Assert.Equal(2, result.Code);
        Assert.Contains("--class-dropout", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Crop_OfTheRun_IsThatOfItsScores()
    {
        string pictures = WritePictures(), run = _folder.File("cropped");
        var trained = FlowodeCommand.Run(["train", pictures, "--crop", "8", "--run", run, "--objective", "flow-matching", "--hidden", "4,8", .. Without(_small, ["--batch"]), "--batch", "4", "--test", "0.2", "--validation", "0.2"]);
        Assert.True(trained.Code == 0, trained.Error);
        var result = FlowodeCommand.Run("score", run, pictures, "--noise-samples", "1", "--json");
        Assert.True(result.Code == 0, result.Error);
        Assert.Equal(12, result.Number("images"));
    }

    [Fact]
    public void Objective_ChangesTheModel()
    {
        string[] model = ["--scales", "1", "--blocks", "1", "--logit-alpha", "none", "--condition", "none", "--network", "conv", "--hidden", "4", "--objective"];
        Assert.NotEqual(Tensors(Train("without", [.. model, "likelihood"])), Tensors(Train("with", [.. model, "flow-matching"])));
    }

    [Fact]
    public void Grey_Size_AndCrop_ChangeTheImages()
    {
        var images = ImageReaders.Read(WritePictures(), "p", new());
        Assert.Equal((3, 12, 12), (images.Channels, images.Height, images.Width));
        Assert.Equal([3, 6, 6], Shape("--size", "6"));
        Assert.Equal([3, 4, 4], Shape("--crop", "4"));
        Assert.Equal([1, 12, 12], Shape("--grey"));
        int[] Shape(params string[] options) => [.. FlowodeCommand.Run(["data", "info", _folder.File("p"), "--json", .. options]).Json["shape"]!.AsArray().Select(size => size!.GetValue<int>())];
    }

    [Fact]
    public void Score_RowsAndNoiseSamples_SetHowManyAreScored()
    {
        var report = JsonNode.Parse(File.ReadAllText(Path.Combine(Train("run", ["--objective", "flow-matching", "--hidden", "4,8"], "--score-rows", "3", "--noise-samples", "2"), "report.json")))!;
        Assert.Equal((3, 2), (report["bitsPerDim"]!["test"]!["images"]!.GetValue<int>(), report["scoring"]!["noiseSamples"]!.GetValue<int>()));
    }

    public void Dispose() => _folder.Dispose();

    private void AssertChanges(string[] others, string option, string? value)
    {
        string[] given = value is null ? [option] : [option, value];
        Assert.NotEqual(bases.Of(others, () => Tensors(Train("without", others))), Tensors(Train("with", others, given)));
    }

    /// <summary>The models that others are compared with, each trained once.</summary>
    public sealed class Bases
    {
        private readonly Dictionary<string, byte[]> _models = [];

        internal byte[] Of(string[] options, Func<byte[]> train)
        {
            string key = string.Join(' ', options);
            return _models.TryGetValue(key, out var model) ? model : _models[key] = train();
        }
    }

    private string Train(string run, string[] others, params string[] given)
    {
        var (small, rest) = (Without(_small, given), Without(others, given));
        var result = FlowodeCommand.Run(["train", "digits", "--run", _folder.File(run), .. small, .. rest, .. given]);
        Assert.True(result.Code == 0, $"{string.Join(' ', given)}: {result.Error}");
        return _folder.File(run);
    }

    /// <summary>Options with a value, less those that are given anew.</summary>
    private static string[] Without(string[] options, string[] given) => [.. options.Chunk(2).Where(pair => !given.Contains(pair[0])).SelectMany(pair => pair)];

    private string WritePictures()
    {
        string folder = _folder.File("p");
        Directory.CreateDirectory(folder);
        using var bitmap = new SkiaSharp.SKBitmap(12, 12);
        for (int i = 0; i < 12; i++)
        {
            bitmap.Erase(new((byte)(20 * i), 100, (byte)(7 * i)));
            using var file = File.Create(Path.Combine(folder, $"{i}.png"));
            bitmap.Encode(file, SkiaSharp.SKEncodedImageFormat.Png, 100);
        }

        return folder;
    }

    /// <summary>The data section of a model, without the configuration in its header.</summary>
    private static byte[] Tensors(string run)
    {
        byte[] file = File.ReadAllBytes(Path.Combine(run, "model.safetensors"));
        return file[(8 + (int)BitConverter.ToInt64(file))..];
    }
}
