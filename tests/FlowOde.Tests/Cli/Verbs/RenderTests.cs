namespace FlowOde.Tests.Cli.Verbs;

/// <summary>Every picture can be drawn in every format it has.</summary>
[Collection(TrainedRunsGroup.Name)]
public class RenderTests(TrainedRuns runs)
{
    [Theory]
    [InlineData("density", "p.png")]
    [InlineData("density", "p.svg")]
    [InlineData("samples", "p.pdf")]
    [InlineData("pairs", "p.webp")]
    [InlineData("loss", "p.png")]
    [InlineData("field", "p.png")]
    [InlineData("trajectories", "p.png")]
    public void Render_OfEachKind_WritesAPicture(string what, string name)
    {
        using var folder = new TemporaryFolder();
        var result = FlowodeCommand.Run("render", runs.Toy, "--what", what, "--out", folder.File(name));
        Assert.True(result.Code == 0, result.Error);
        Assert.InRange(new FileInfo(folder.File(name)).Length, 1000, 20_000_000);
    }

    [Fact]
    public void Render_OfAnAnimation_WritesMovingWebp()
    {
        using var folder = new TemporaryFolder();
        var result = FlowodeCommand.Run("render", runs.Toy, "--what", "animation", "--frames", "3", "--size", "200x200", "--out", folder.File("a.webp"));
        Assert.True(result.Code == 0, result.Error);
        Assert.Contains("ANIM", System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(folder.File("a.webp"))[..64]), StringComparison.Ordinal);
    }

    [Fact]
    public void Render_WithASize_StaysWithinIt()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(0, FlowodeCommand.Run("render", runs.Toy, "--what", "loss", "--size", "300x200", "--out", folder.File("l.png")).Code);
        byte[] png = File.ReadAllBytes(folder.File("l.png"));
        int Big(int at) => (png[at] << 24) | (png[at + 1] << 16) | (png[at + 2] << 8) | png[at + 3];
        Assert.InRange(Big(16), 100, 301);
        Assert.InRange(Big(20), 100, 201);
    }

    [Theory]
    [InlineData("density")]
    [InlineData("field")]
    [InlineData("animation")]
    public void Render_OfAPlaneFromThreeColumns_IsRefused(string what) =>
        FlowodeCommand.Run("render", runs.Table, "--what", what).RequireRefusal(2, "3 columns", "pairs");

    [Fact]
    public void Render_AtATimeOutsideTheClock_IsRefused() =>
        FlowodeCommand.Run("render", runs.Toy, "--what", "field", "--time", "1.5").RequireRefusal(2, "--time 1.5", "0 to 1");
}
