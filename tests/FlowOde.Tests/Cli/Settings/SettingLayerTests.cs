using FlowOde.Cli.Failures;
using FlowOde.Cli.Runs;
using FlowOde.Cli.Settings;
using FlowOde.Flows.Classification;

namespace FlowOde.Tests.Cli.Settings;

public class SettingLayerTests
{
    [Fact]
    public void Merge_WithAnotherWayOfSayingTheSame_ReplacesIt()
    {
        var low = new SettingLayer("").Add("rtol", "0.1").Add("atol", "0.1").Add("minutes", "3");
        var high = new SettingLayer("").Add("steps", "5").Add("iterations", "7");
        Assert.Equal(["iterations", "steps"], SettingValues.Merge(low, high).All.Keys);
        Assert.Equal(["atol", "minutes", "rtol"], SettingValues.Merge(high, low).All.Keys);
    }

    [Fact]
    public void Defaults_ForAnyData_AreAllPossibleAndComplete()
    {
        foreach (var facts in new DataFacts[] { new(1, null, false), new(2, 20, true), new(50, 100_000, false) })
        {
            var values = SettingValues.Merge(TrainDefaults.For(facts, SettingValues.Merge()).Complete());
            Assert.NotNull(SolveSettings.ForTraining(values));
            Assert.NotNull(TrainerSettings.Read(values));
            Assert.Equal(facts.Dimension, ModelSettings.Read(values, facts.Dimension, null).Dimension);
        }
    }

    [Fact]
    public void Presets_OfEveryName_ArePossible()
    {
        foreach (var (name, _) in PresetCatalog.All)
        {
            var values = SettingValues.Merge(TrainDefaults.For(new(2, null, false), SettingValues.Merge()), PresetCatalog.Named(name).Complete());
            Assert.NotNull(SolveSettings.ForTraining(values));
        }
    }

    [Fact]
    public void Presets_OfClassifiers_ArePossible()
    {
        foreach (var (name, _) in PresetCatalog.OfClassifiers)
        {
            var layer = PresetCatalog.OfClassifier(name).Complete();
            Assert.All(layer.Values.Keys, key => Assert.True(ClassifierCatalog.Has(key), key));
            var image = new RunImage(1, 28, 28, 256, []);
            var values = SettingValues.Merge(ClassifierDefaults.For(image, 54_000, SettingValues.Merge(layer)), layer);
            ClassifierSettings.RefuseIdle(SettingValues.Merge(layer), values, image);
            Assert.NotNull(ClassifierSettings.Solve(values));
            Assert.Equal(64, ClassifierSettings.Read(values, 784, image, 10).Channels);
        }
    }

    /// <summary>
    /// The published ODE-Net for MNIST: 640 of the first convolution, 2 x (128 + 65,600) of two norms and halvings by 4 x 4, 3 x 128 + 2 x (9 x 64 x 65 + 64) of the
    /// block, 128 + 650 of norm and linear map. The published ResNet's blocks have neither time, nor biases, nor a third norm: 73,984 each where ours have 75,392.
    /// </summary>
    [Theory]
    [InlineData("odenet-mnist", 208_266, 75_392, 1)]
    [InlineData("resnet-mnist", 208_266 + (5 * 75_392), 75_392, 6)]
    public void Presets_OfClassifiers_HaveThePublishedParameters(string name, long parameters, long ofABlock, int blocks)
    {
        var layer = PresetCatalog.OfClassifier(name);
        var image = new RunImage(1, 28, 28, 256, []);
        var values = SettingValues.Merge(ClassifierDefaults.For(image, 54_000, SettingValues.Merge(layer)), layer);
        using var model = new OdeClassifier(ClassifierSettings.Read(values, 784, image, 10), [.. Enumerable.Repeat(0.0, 784)], [.. Enumerable.Repeat(1.0, 784)]);
        Assert.Equal(parameters, model.ParameterCount);
        Assert.Equal(208_266 - 75_392, parameters - (blocks * ofABlock));
    }

    [Fact]
    public void Said_OfASettingNobodyTyped_NamesItsSource()
    {
        var preset = PresetCatalog.OfClassifier("odenet-mnist");
        var values = SettingValues.Merge(SettingValues.Merge(preset, new SettingLayer("").Add("lr", "0.2")).ToLayer());
        Assert.Equal("preset odenet-mnist: --shift", values.Said("shift"));
        Assert.Equal("--lr", values.Said("lr"));
    }

    [Fact]
    public void Write_ThenRead_GivesTheSameValues()
    {
        var values = SettingValues.Merge(TrainDefaults.For(new(3, 10, false), SettingValues.Merge()), new SettingLayer("").Add("hidden", "none").Add("lr", "1.2345678901234567E-05"));
        var again = SettingValues.Merge(ConfigFile.Read(ConfigFile.Write(values), ""));
        Assert.Equal(values.All.Keys, again.All.Keys);
        Assert.Equal(values.Number("lr"), again.Number("lr"));
        Assert.Empty(again.List("hidden"));
    }

    [Theory]
    [InlineData("512MB", 512L << 20)]
    [InlineData("2 gb", 2L << 30)]
    [InlineData("100000", 100_000L)]
    [InlineData("1.5KB", 1536L)]
    [InlineData("7B", 7L)]
    public void ByteSize_OfUsualSpellings_IsRead(string text, long bytes) => Assert.Equal(bytes, ByteSize.Parse(text, "--x"));

    [Theory]
    [InlineData("")]
    [InlineData("0:5,0:6")]
    [InlineData("1:5")]
    [InlineData("0:0")]
    [InlineData("0:5;3")]
    public void Plan_ThatIsNone_IsRefused(string text) => Assert.Throws<UsageException>(() => PlanText.Parse(text));

    [Fact]
    public void Plan_WrittenAndRead_IsTheSame() => Assert.Equal("0:100,20:90,40:95", PlanText.Write(PlanText.Parse("0:100,20:90,40:95")));
}
