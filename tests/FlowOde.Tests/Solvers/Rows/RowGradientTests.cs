using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Vectors;
using static FlowOde.Tests.Solvers.Rows.RowSolveTests;

namespace FlowOde.Tests.Solvers.Rows;

/// <summary>Gradients of solves in which every row has its own steps.</summary>
public sealed class RowGradientTests
{
    private const int Rows = 9;

    /// <summary>The sum of what common control gives each row alone, by the exact gradient of the same steps.</summary>
    [Theory]
    [InlineData("direct", 1L << 30)]
    [InlineData("checkpointed", 1L << 30)]
    [InlineData("auto", 1L << 30)]
    [InlineData("auto", 30_000)]
    public void Pullback_OfABatch_IsTheSumOfItsRows(string name, long bytes)
    {
        using var module = new TimeMlp(7);
        using var field = new ModuleField(module, 2);
        var problem = Batch(field, "dopri5", 1e-7, Starts(Rows), 0.3, 1, 4);
        var budget = new TapeBudget(bytes);
        using var record = AdjointCatalog.Find(name)!.Record(problem, budget);
        using var gradient = field.Parameters.CreateLike();
        using var start = problem.Start.CreateLike();
        using var first = Cotangent(problem.Start, 0.3);
        using var second = Cotangent(problem.Start, 1.1);
        var result = record.Pullback([first, second], start, gradient);
        using var sum = field.Parameters.CreateLike();
        var byTime = new double[3];
        for (int row = 0; row < Rows; row++)
        {
            var alone = Batch(field, "dopri5", 1e-7, Starts(Rows)[row..(row + 1)], 0.3, 1, 4) with { IsPerRow = false, Norm = ErrorNorm.LargestRow };
            using var one = new DirectAdjoint().Record(alone, new TapeBudget(long.MaxValue));
            using var from = alone.Start.CreateLike();
            using var a = alone.Start.CreateLike();
            using var b = alone.Start.CreateLike();
            a[0].copy_(first[0].narrow(0, row, 1));
            b[0].copy_(second[0].narrow(0, row, 1));
            var expected = one.Pullback([a, b], from, sum);
            Assert.Equal(Row(from, 0), Row(start, row), (x, y) => Math.Abs(x - y) < 1e-11 * (1 + Math.Abs(x)));
            for (int i = 0; i < 3; i++)
            {
                byTime[i] += expected.TimeCotangents[i];
            }
        }

        Assert.InRange((gradient.Flat - sum.Flat).abs().max().item<double>() / sum.Flat.abs().max().item<double>(), 0, 1e-12);
        Assert.Equal(byTime, result.TimeCotangents, (x, y) => Math.Abs(x - y) < 1e-4 * (1 + Math.Abs(x)));
        Assert.Equal(name == "checkpointed" || bytes < 1 << 20, result.Statistics.Evaluations > 0);
        record.Dispose();
        Assert.Equal(0, budget.Used);
    }

    private static FlatVector Cotangent(FlatVector like, double factor)
    {
        var cotangent = like.CreateLike();
        for (int i = 0; i < 2 * like.Layout.Rows; i++)
        {
            cotangent.AsSpan<double>(0)[i] = Math.Cos(factor * i);
        }

        return cotangent;
    }
}
