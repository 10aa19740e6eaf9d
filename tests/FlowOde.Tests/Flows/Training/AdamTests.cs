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
        parameters["a"].copy_(Arange(7, dtype: dtype));
        using var reference = new TorchSharp.Modules.Parameter(parameters.Flat.clone());
        using var library = optim.AdamW([reference], lr: 0.01, weight_decay: decay);
        using var adam = new Adam(new AdamOptions { WeightDecay = decay }, parameters);
        using var gradient = parameters.CreateLike();
        using var average = parameters.CreateLike();
        for (int i = 0; i < 25; i++)
        {
            gradient["a"].copy_(parameters["a"].Minus(3).sin());
            gradient["b"].Fill(0.3 * (i - 10));
            reference.grad = gradient.Flat.clone().Times(0.5);
            adam.Step(gradient, 0.5, 0.01, 0.9, parameters, average);
            library.step();
        }

        Assert.InRange((parameters.Flat - reference).abs().max().to(ScalarType.Float64).item<double>(), 0, tolerance);
    }

    /// <summary>a_n = d a_(n−1) + (1 − d) θ_n with d = min(decay, (1 + n)/(10 + n)), of the parameters after each step.</summary>
    [Theory]
    [InlineData(ScalarType.Float64, 0.999)]
    [InlineData(ScalarType.Float64, 0.3)]
    [InlineData(ScalarType.Float32, 0.0)]
    public void Step_ManyTimes_AveragesTheParameters(ScalarType dtype, double decay)
    {
        using var parameters = new FlatVector(new VectorLayout(new Segment("a", 3)), dtype);
        parameters["a"].Fill(1);
        using var average = parameters.CreateLike();
        using var gradient = parameters.CreateLike();
        gradient["a"].Fill(1);
        using var adam = new Adam(new AdamOptions(), parameters);
        double expected = 0;
        for (int n = 1; n <= 20; n++)
        {
            adam.Step(gradient, 1, 0.01, decay, parameters, average);
            double d = Math.Min(decay, (1.0 + n) / (10 + n));
            expected = (d * expected) + ((1 - d) * parameters["a"][0].to(ScalarType.Float64).item<double>());
        }

        Assert.Equal(expected, average["a"][2].to(ScalarType.Float64).item<double>(), dtype == ScalarType.Float64 ? 1e-14 : 1e-6);
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
