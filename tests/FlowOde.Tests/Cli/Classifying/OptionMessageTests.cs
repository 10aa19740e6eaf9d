namespace FlowOde.Tests.Cli.Classifying;

/// <summary>What is refused, and with which words: nobody is blamed for an option that he did not type.</summary>
public sealed class OptionMessageTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Score_OfATableByAClassifierOfImages_SaysWhatItNeeds()
    {
        string run = _folder.File("digits");
        Assert.Equal(0, FlowodeCommand.Run("classify", "digits", "--architecture", "resnet", "--depth", "1", "--channels", "4", "--iterations", "2", "--threads", "1", "--validation-rows", "20", "--run", run, "--quiet").Code);
        var result = FlowodeCommand.Run("score", run, "iris");
        result.RequireRefusal(2, "'iris' are no images, which the model of the run needs");
        Assert.DoesNotContain("--grey", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Preset_OfImages_OnATable_IsNamed() => FlowodeCommand.Run("classify", "iris", "--label", "species", "--preset", "odenet-mnist", "--run", _folder.File("a"))
        .RequireRefusal(2, "preset odenet-mnist: --shift says nothing about tables; it is for images.");

    [Theory]
    [InlineData("--shift 20 moves images of 8 x 8 pixels by more than half of them; give 4 or less", "--shift", "20")]
    [InlineData("--crop 2 leaves images of 2 x 2 pixels", "--crop", "2")]
    [InlineData("--stem says nothing about --field mlp", "--stem", "published", "--field", "mlp")]
    public void Classify_WithWhatLeavesNothingOfImages_IsRefused(string text, params string[] options)
    {
        FlowodeCommand.Run(["classify", "digits", "--run", _folder.File("b"), "--iterations", "2", .. options]).RequireRefusal(2, text);
        Assert.False(Directory.Exists(_folder.File("b")));
    }

    [Fact]
    public void Score_OfTheUsersOwnTable_RemembersItsLabel()
    {
        string rows = string.Concat(Enumerable.Range(0, 40).Select(i => $"{i % 7},{i % 5},{i % 2}\n"));
        string table = _folder.Write("own.csv", "a,b,cls\n" + rows), other = _folder.Write("new.csv", "a,b\n1,2\n3,4\n"), run = _folder.File("own");
        var trained = FlowodeCommand.Run("classify", table, "--label", "cls", "--iterations", "3", "--channels", "4", "--threads", "1", "--run", run);
        Assert.True(trained.Code == 0, trained.Error);
        Assert.Contains("cls labels the rows.", trained.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("left out as asked", trained.Error, StringComparison.Ordinal);
        Assert.Equal(40, FlowodeCommand.Run("score", run, table, "--json", "--quiet").Number("accuracy", "of"));
        var unlabelled = FlowodeCommand.Run("score", run, other, "--json", "--quiet");
        Assert.True(unlabelled.Code == 0, unlabelled.Error);
        Assert.Null(unlabelled.Json["accuracy"]);
        FlowodeCommand.Run("score", run, other, "--label", "cls").RequireRefusal(2, "--label names the column 'cls', which is not there");
    }

    [Fact]
    public void Report_OfOneStepAndOneChannel_CountsThem()
    {
        var result = FlowodeCommand.Run("classify", "iris", "--label", "species", "--architecture", "resnet", "--depth", "1", "--channels", "1", "--iterations", "2", "--threads", "1", "--run", _folder.File("one"), "--quiet");
        Assert.Contains("resnet of mlp blocks, 1 step, 1 channel:", result.Out, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();
}
