using FlowOde.Flows.Training;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Training;

public sealed class MomentumSgdTests
{
    /// <summary>On ½θ² with rate r and momentum μ, θ and the velocity follow a linear recursion.</summary>
    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.9, 0)]
    [InlineData(0.9, 0.1)]
    public void Step_OnAParabola_FollowsTheRecursion(double momentum, double decay)
    {
        const double rate = 0.05, factor = 0.5;
        using var parameters = new FlatVector(new(new Segment("x", 1)), ScalarType.Float64);
        using var average = parameters.CreateLike();
        using var gradient = parameters.CreateLike();
        using var sgd = new MomentumSgd(new() { Momentum = momentum, WeightDecay = decay }, parameters);
        parameters[0].Fill(2);
        double expected = 2, velocity = 0;
        for (int step = 0; step < 20; step++)
        {
            gradient.CopyFrom(parameters);
            sgd.Step(gradient, factor, rate, 0, parameters, average);
            velocity = (momentum * velocity) + (factor * expected) + (decay * expected);
            expected -= rate * velocity;
        }

        Assert.Equal(20, sgd.Steps);
        Assert.Equal(expected, parameters.AsSpan<double>()[0], 1e-14);
        Assert.Equal(expected, average.AsSpan<double>()[0], 1e-14);
    }
}
