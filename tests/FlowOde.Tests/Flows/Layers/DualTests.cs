using FlowOde.Flows.Layers;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Layers;

public sealed class DualTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Views_OfEitherOrder_ShareOneMemory(bool columnMajor)
    {
        using var scope = NewDisposeScope();
        using var dual = new Dual(5, 3, 3, ScalarType.Float64, CPU, columnMajor);
        dual.Stacked.copy_(Arange(60, dtype: ScalarType.Float64).view(20, 3));
        double Difference(Tensor a, Tensor b) => (a - b).abs().sum().item<double>();
        Assert.Equal(0, Difference(dual.Values, dual.Stacked[..5]));
        Assert.Equal(0, Difference(dual.ValuesTransposed, dual.Values.t()));
        Assert.Equal(0, Difference(dual.StackedTransposed, dual.Stacked.t()));
        Assert.Equal(0, Difference(dual.Tangents, dual.Stacked[5..].reshape(3, 5, 3)));
        for (int k = 0; k < 3; k++)
        {
            Assert.Equal(0, Difference(dual.Tangent[k], dual.Tangents[k]));
            Assert.Equal(0, Difference(dual.Diagonal[.., k], dual.Tangents[k, .., k]));
        }
    }

    [Fact]
    public void Diagonal_WithoutATangentForEachColumn_SaysSo()
    {
        using var dual = new Dual(5, 1, 3, ScalarType.Float32, CPU);
        Assert.Contains("1 tangents and 3 columns", Assert.Throws<InvalidOperationException>(() => dual.Diagonal).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Tangents_OfADualOfValuesAlone_AreEmpty()
    {
        using var dual = new Dual(5, 0, 3, ScalarType.Float32, CPU);
        Assert.Equal([0L, 5L, 3L], dual.Tangents.shape);
        Assert.Empty(dual.Tangent);
    }
}
