using FlowOde.Flows.Composition;
using FlowOde.Flows.Networks;
using static FlowOde.Tests.Flows.Composition.TestFlows;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Composition;

public sealed class NetworkKindsTests
{
    [Theory]
    [InlineData(null, typeof(ConvOptions))]
    [InlineData("conv", typeof(ConvOptions))]
    [InlineData("mlp", typeof(MlpOptions))]
    [InlineData("unet", typeof(UNetOptions))]
    public void Of_AModelOfImages_IsTheKindItNames(string? name, Type expected)
    {
        var options = Images(name);
        Assert.IsType(expected, NetworkKinds.Of(options).Options(options, options.Image));
    }

    [Fact]
    public void Of_AModelOfNumbers_IsAPerceptron() => Assert.Equal("mlp", NetworkKinds.Of(new FlowOptions { Dimension = 2 }).Name);

    [Fact]
    public void Bind_OfEveryKind_MakesAFlow()
    {
        using var scope = NewDisposeScope();
        foreach (var kind in NetworkKinds.All)
        {
            var model = new FlowModel(Images(kind.Name), Unit(16));
            using var parameters = model.CreateParameters(Source, ScalarType.Float64, CPU);
            using var flow = model.Bind(parameters, Exact(1e-5));
            using var result = flow.ToBase(Normal(2, 16), Draw(2));
            Assert.True(Difference(result.Values, Normal(2, 16)) > 1e-3, $"{kind.Name}: the flow must move its rows.");
            Assert.NotEmpty(kind.Description);
        }
    }

    [Fact]
    public void Options_WithoutWhatAKindNeeds_SayWhat()
    {
        void Says(string text, FlowOptions options) => Assert.Contains(text, Assert.Throws<ArgumentException>(() => new FlowModel(options, Unit(16))).Message, StringComparison.Ordinal);
        Says("Known are: mlp, conv, unet", Images("transformer"));
        Says("FlowOptions.Image".Split('.')[1], Images("unet") with { Image = null });
        Says("how a row is an image", Images("conv") with { Image = null });
        Says("a level for each width", Images("unet") with { Hidden = [] });
        Says("halves images 3 times", Images("unet") with { Hidden = [8, 8, 8, 8] });
    }

    [Fact]
    public void Options_OfAUNet_HaveAsManyGroupsAsDivideAllWidths()
    {
        long Groups(params int[] hidden) => ((UNetOptions)new UNetKind().Options(Images("unet") with { Hidden = hidden }, new(1, 4, 4))).Groups;
        Assert.Equal(8, Groups(32, 64));
        Assert.Equal(4, Groups(12, 24));
        Assert.Equal(1, Groups(7));
    }

    private static FlowOptions Images(string? network) => new() { Dimension = 16, Image = new(1, 4, 4), Network = network, Hidden = [8] };
}
