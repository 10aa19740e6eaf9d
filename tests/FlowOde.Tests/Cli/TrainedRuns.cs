namespace FlowOde.Tests.Cli;

/// <summary>Tiny runs that many tests look at and none changes.</summary>
public sealed class TrainedRuns : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public TrainedRuns()
    {
        TableFile = _folder.WriteTable();
        Table = _folder.File("table-run");
        Toy = _folder.File("toy-run");
        TableResult = FlowodeCommand.Run(["train", TableFile, "--run", Table, "--json", .. Small]);
        ToyResult = FlowodeCommand.Run(["train", "moons", "--run", Toy, "--json", .. Small]);
        Images = _folder.File("image-run");
        var images = FlowodeCommand.Run("train", "digits", "--run", Images, "--objective", "flow-matching", "--hidden", "4,8", "--iterations", "14", "--validate-every", "5", "--batch", "16", "--average", "0", "--lr", "0.05", "--warmup", "0", "--validation-rows", "16", "--score-rows", "2", "--noise-samples", "1", "--previews", "10", "--threads", "1", "--device", "cpu");
        Assert.True(images.Code == 0, images.Error);
        Assert.True(TableResult.Code == 0, TableResult.Error);
        Assert.True(ToyResult.Code == 0, ToyResult.Error);
    }

    /// <summary>Options of a run that takes a second.</summary>
    internal static string[] Small { get; } = ["--iterations", "12", "--validate-every", "5", "--hidden", "6", "--batch", "32", "--rtol", "1e-3", "--atol", "1e-3", "--threads", "1", "--device", "cpu"];

    internal string TableFile { get; }

    internal string Table { get; }

    internal string Toy { get; }

    /// <summary>A model of digits that knows their classes, by flow matching.</summary>
    internal string Images { get; }

    internal CliResult TableResult { get; }

    internal CliResult ToyResult { get; }

    public void Dispose() => _folder.Dispose();
}
