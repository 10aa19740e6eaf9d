using FlowOde.Flows.Regularizers;
using FlowOde.Flows.TraceEstimators;
using FlowOde.Tests.Flows.TraceEstimators;

namespace FlowOde.Tests.Flows.Regularizers;

public sealed class RegularizerTests
{
    [Fact]
    public void Read_OfAScaling_GivesTheClosedForms()
    {
        const double A = -1.5;
        double[,] scaling = { { A, 0 }, { 0, A } };
        foreach (ITraceEstimator trace in (ITraceEstimator[])[new ExactTrace(), new HutchinsonTrace(3)])
        {
            double[][] channels = LinearField.Channels(scaling, trace, null, new KineticEnergy(), new JacobianFrobenius());
            Assert.All(channels[1], rate => Assert.Equal(0.5 * A * A * ((1 + 4) / 2.0), rate, 1e-14));
            Assert.All(channels[2], rate => Assert.Equal(A * A, rate, 1e-14));
        }
    }

    [Fact]
    public void JacobianFrobenius_WithUnitVectors_IsTheSquaredNormOverTheDimension()
    {
        double[,] a = LinearField.Random(3, 9);
        double norm = a.Cast<double>().Sum(x => x * x);
        Assert.All(LinearField.Channels(a, new ExactTrace(), null, new JacobianFrobenius())[1], rate => Assert.Equal(norm / 3, rate, 1e-14));
    }

    [Fact]
    public void Named_OfAnUnknownName_ListsTheKnownOnes()
    {
        var error = Assert.Throws<ArgumentException>(() => KnownRegularizers.Named("steer"));
        Assert.All(KnownRegularizers.All, regularizer => Assert.Contains(regularizer.Name, error.Message, StringComparison.Ordinal));
        Assert.All(KnownRegularizers.All, regularizer => Assert.Same(regularizer, KnownRegularizers.Named(regularizer.Name)));
    }
}
