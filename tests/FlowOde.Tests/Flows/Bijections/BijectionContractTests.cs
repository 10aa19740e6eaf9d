using FlowOde.Flows.Bijections;
using FlowOde.Flows.Composition;
using FlowOde.Solvers.Vectors;
using static FlowOde.Tests.Flows.Composition.TestFlows;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Bijections;

/// <summary>What every bijection keeps to: its inverse, its log-determinant and its pullback, against finite differences.</summary>
public sealed class BijectionContractTests
{
    private const int D = 12;
    private const int Rows = 3;
    private const double H = 1e-6;

    public static TheoryData<string> Names => new("standardize", "logit 0", "logit 0.05", "squeeze", "norm by channel", "norm by column");

    [Theory]
    [MemberData(nameof(Names))]
    public void ToDataAndGenerate_AfterToBase_ReturnTheRowsAndTheirDensity(string name)
    {
        using var scope = NewDisposeScope();
        var (map, data) = Make(name);
        using var there = map.ToBase(data, Draw(Rows));
        using var back = map.ToData(there.Values, Draw(Rows));
        Assert.InRange(Difference(data, back.Values), 0, 1e-13);
        Assert.InRange(Difference(data, map.Generate(there.Values).Values), 0, 1e-13);
        Assert.InRange(Difference(there.DeltaLogDensity, -back.DeltaLogDensity), 0, 1e-12);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void DeltaLogDensity_IsMinusTheLogDeterminantOfFiniteDifferences(string name)
    {
        using var scope = NewDisposeScope();
        var (map, data) = Make(name);
        using var there = map.ToBase(data, Draw(Rows));
        var steps = cat([eye(D, dtype: ScalarType.Float64).Times(H), eye(D, dtype: ScalarType.Float64).Times(-H)], 0);
        for (int row = 0; row < Rows; row++)
        {
            using var around = map.ToBase(data[row].Plus(steps), Draw(2 * D));
            var jacobian = (around.Values[..D] - around.Values[D..]).Over(2 * H);
            Assert.Equal(-linalg.slogdet(jacobian).Item2.item<double>(), there.DeltaLogDensity[row].item<double>(), 1e-6);
        }
    }

    /// <summary>A seeded linear function of values and density, differentiated by rows and parameters.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Pullback_IsTheGradientOfCentralDifferences(string name)
    {
        using var scope = NewDisposeScope();
        var (map, data) = Make(name);
        var (byValues, byDelta) = (Normal(Rows, D, step: 8), Normal(Rows, 1, step: 9).view(-1));
        double Loss(Tensor rows)
        {
            using var inner = NewDisposeScope();
            using var result = map.ToBase(rows, Draw(Rows));
            return (result.Values * byValues).sum().Plus((result.DeltaLogDensity * byDelta).sum()).item<double>();
        }

        using var gradient = map.Parameters.Layout.Length == 0 ? new FlatVector(VectorLayout.Empty, ScalarType.Float64) : map.Parameters.CreateLike();
        using var record = map.RecordToBase(data, Draw(Rows));
        using var there = map.ToBase(data, Draw(Rows));
        Assert.Equal(0, Difference(there.Values, record.Values));
        Assert.Equal(0, Difference(there.DeltaLogDensity, record.DeltaLogDensity));
        using var byData = record.Pullback(new(byValues, byDelta, []), gradient).Data;
        var direction = Normal(Rows, D, step: 10).Times(0.1);
        Assert.Equal((Loss(data.Plus(direction.Times(H))) - Loss(data - direction.Times(H))) / (2 * H), (byData * direction).sum().item<double>(), 1e-5);
        for (int i = 0; i < map.Parameters.Layout.Length; i++)
        {
            double at = map.Parameters.AsSpan<double>()[i];
            double Along(double h)
            {
                map.Parameters.AsSpan<double>()[i] = at + h;
                double loss = Loss(data);
                map.Parameters.AsSpan<double>()[i] = at;
                return loss;
            }

            bool isPadding = map.Parameters.Layout.Segments.All(segment => i < segment.Offset || i >= segment.Offset + segment.Length);
            Assert.Equal(isPadding ? 0 : (Along(H) - Along(-H)) / (2 * H), gradient.AsSpan<double>()[i], 1e-6);
        }
    }

    /// <summary>A map with seeded numbers, and rows that it takes.</summary>
    internal static (IFlow Map, Tensor Data) Make(string name)
    {
        var data = Normal(Rows, D, step: 3);
        return name switch
        {
            "standardize" => (new Standardize([.. Enumerable.Range(0, D).Select(i => i / 3.0)], [.. Enumerable.Range(1, D).Select(i => i / 5.0)]), data),
            "logit 0" => (new Logit(D, 0), data.sigmoid()),
            "logit 0.05" => (new Logit(D, 0.05), data.sigmoid()),
            "squeeze" => (new Squeeze(new(3, 2, 2)), data),
            "norm by channel" => (Norm(3, 4), data),
            "norm by column" => (Norm(D, 1), data),
            _ => throw new ArgumentOutOfRangeException(nameof(name), name, "unknown"),
        };
    }

    private static MovingBatchNorm Norm(long channels, long pixels)
    {
        var parameters = new FlatVector(MovingBatchNorm.ParameterLayout(channels), ScalarType.Float64);
        var statistics = new FlatVector(MovingBatchNorm.StatisticsLayout(channels), ScalarType.Float64);
        parameters[0].copy_(Arange(channels, dtype: ScalarType.Float64).Times(0.1));
        parameters[1].copy_(Arange(channels, dtype: ScalarType.Float64).Times(-0.2).Plus(1));
        statistics[0].copy_(Arange(channels, dtype: ScalarType.Float64).Times(0.3).Minus(1));
        statistics[1].copy_(Arange(channels, dtype: ScalarType.Float64).Times(0.5).Plus(0.2));
        return new(channels, pixels, parameters, statistics);
    }
}
