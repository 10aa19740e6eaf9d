using FlowOde.Flows.Training;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Training;

public class AdamTests
{
    [Theory]
    [InlineData(ScalarType.Float64, 0.0, 1e-12)]
    [InlineData(ScalarType.Float64, 0.1, 1e-12)]
    [InlineData(ScalarType.Float32, 0.1, 1e-5)]
    public void Step_ManyTimes_FollowsTheLibrarysAdamW(ScalarType dtype, double decay, double tolerance)
    {
        using var parameters = new FlatVector(new VectorLayout(new Segment("a", 7), new Segment("b", 2, 3)), dtype);
        parameters["a"].copy_(arange(7, dtype: dtype));
        using var reference = new TorchSharp.Modules.Parameter(parameters.Flat.clone());
        using var library = optim.AdamW([reference], lr: 0.01, weight_decay: decay);
        using var adam = new Adam(new AdamOptions { WeightDecay = decay }, parameters);
        using var gradient = parameters.CreateLike();
        for (int i = 0; i < 25; i++)
        {
            gradient["a"].copy_((parameters["a"] - 3).sin());
            gradient["b"].fill_(0.3 * (i - 10));
            reference.grad = gradient.Flat.clone() * 0.5;
            adam.Step(gradient, 0.5, 0.01, parameters);
            library.step();
        }

        Assert.InRange((parameters.Flat - reference).abs().max().to(ScalarType.Float64).item<double>(), 0, tolerance);
    }

    [Fact]
    public void Update_OfTheAverage_ForgetsTheStartEarlyOn()
    {
        using var parameters = new FlatVector(new VectorLayout(new Segment("a", 3)), ScalarType.Float64);
        using var average = parameters.CreateLike();
        parameters["a"].fill_(1);
        ExponentialMovingAverage.Update(parameters, 0.999, 1, average);
        Assert.Equal(1 - (2 / 11.0), average.AsSpan<double>(0)[0], 1e-12);
        ExponentialMovingAverage.Update(parameters, 0.5, 1_000_000, average);
        Assert.Equal(1 - (1 / 11.0), average.AsSpan<double>(0)[0], 1e-12);
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.0)]
    public void Options_OutsideTheirRange_AreRefused(double beta)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new AdamOptions { Beta1 = beta });
        Assert.Throws<ArgumentOutOfRangeException>(() => new AdamOptions { WeightDecay = -1 });
    }
}
