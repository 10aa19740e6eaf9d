using FlowOde.Solvers;
using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Vectors;
using static FlowOde.Tests.Solvers.Problems;
using static FlowOde.Tests.Solvers.Rows.RowSolveTests;
using static TorchSharp.torch;

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

    /// <summary>Backward solves by row are those of each row alone, and their gradient is that of the steps to within the tolerance.</summary>
    [Fact]
    public void Pullback_ByBacksolve_IsTheSumOfBackwardSolvesOfRows()
    {
        using var module = new TimeMlp(7);
        using var field = new ModuleField(module, 2);
        var problem = Batch(field, "dopri5", 1e-9, Starts(Rows), 0.3, 1, 4) with { ForcedTimes = [0.7, 2] };
        var budget = new TapeBudget(1 << 24);
        var (together, start, gradient) = Gradient(new BacksolveAdjoint(), problem, budget);
        var (exact, exactStart, exactGradient) = Gradient(new DirectAdjoint(), problem, new(1 << 30));
        var alone = new double[gradient.Length];
        double[] byTime = new double[3];
        int pullbacks = 0;
        for (int row = 0; row < Rows; row++)
        {
            var (one, from, share) = Gradient(new BacksolveAdjoint(), problem with { Start = Batch(field, "dopri5", 1e-9, Starts(Rows)[row..(row + 1)], 0, 1).Start }, budget, row);
            Assert.Equal(from, start[(2 * row)..((2 * row) + 2)], (a, b) => Math.Abs(a - b) < 1e-11 * (1 + Math.Abs(a)));
            alone = [.. alone.Zip(share, (a, b) => a + b)];
            byTime = [.. byTime.Zip(one.TimeCotangents, (a, b) => a + b)];
            pullbacks += one.Statistics.Pullbacks;
        }

        double scale = exactGradient.Max(Math.Abs);
        Assert.Equal(alone, gradient, (a, b) => Math.Abs(a - b) < 1e-11 * scale);
        Assert.Equal(byTime, together.TimeCotangents, (a, b) => Math.Abs(a - b) < 1e-10 * (1 + Math.Abs(a)));
        Assert.Equal(exactGradient, gradient, (a, b) => Math.Abs(a - b) < 1e-5 * scale);
        Assert.Equal(exactStart, start, (a, b) => Math.Abs(a - b) < 1e-5 * (1 + Math.Abs(a)));
        Assert.Equal(exact.TimeCotangents, together.TimeCotangents, (a, b) => Math.Abs(a - b) < 1e-5 * (1 + Math.Abs(a)));
        Assert.InRange(together.Drift, 1e-14, 1e-4);
        Assert.InRange(together.Statistics.Pullbacks, 1, pullbacks / 3); // of a batch, not of rows
        Assert.Equal(0, budget.Used);
    }

    /// <summary>What decays fast grows backward, and the state that is rebuilt is no longer the one it was.</summary>
    [Fact]
    public void Pullback_ByBacksolveOfAnUnstableRow_NamesTheDrift()
    {
        using var field = new DecayField(60);
        using var start = new FlatVector(field.StateLayout(1), ScalarType.Float64);
        start[0].Fill(1);
        var problem = new OdeProblem { Field = field, Stepper = StepperCatalog.Find("dopri5")!, Controller = Pid(1e-6), Start = start, Times = [0, 1], Pool = new(), IsPerRow = true };
        Assert.Contains("checkpointed", Assert.Throws<OdeSolveException>(() => Gradient(new BacksolveAdjoint(), problem, new(1 << 24))).Message, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Methods that judge no rows, and gradients that step no rows together: rows one after another.</summary>
    [Theory]
    [InlineData("direct", "kvaerno5")]
    [InlineData("auto", "radau5")]
    [InlineData("interpolated", "dopri5")]
    [InlineData("backsolve-full", "dopri5")]
    [InlineData("backsolve", "adams")]
    [InlineData("interpolated", "bdf")]
    [InlineData("binomial", "tsit5")]
    [InlineData("symplectic", "rkf45")]
    [InlineData("reversible", "reversible-heun")]
    [InlineData("backpropagation", "bosh3")]
    public void Pullback_OfRowsOneAfterAnother_IsTheSumOfRowsAlone(string adjoint, string solver)
    {
        using var module = new TimeMlp(7);
        using var field = new ModuleField(module, 2);
        var problem = Batch(field, solver, 1e-5, Starts(3), 0.3, 1, 2);
        var budget = new TapeBudget(1 << 26);
        var (together, start, gradient) = Gradient(AdjointCatalog.Find(adjoint)!, problem, budget);
        var sum = new double[gradient.Length];
        var byTime = new double[3];
        for (int row = 0; row < 3; row++)
        {
            var alone = Batch(field, solver, 1e-5, Starts(3)[row..(row + 1)], 0.3, 1, 2) with { IsPerRow = false, Norm = ErrorNorm.LargestRow };
            var (one, from, share) = Gradient(AdjointCatalog.Find(adjoint)!, alone, new(1 << 26), row);
            Assert.Equal(from, start[(2 * row)..((2 * row) + 2)]);
            sum = [.. sum.Zip(share, (a, b) => a + b)];
            byTime = [.. byTime.Zip(one.TimeCotangents, (a, b) => a + b)];
        }

        Assert.Equal(sum, gradient, (a, b) => Math.Abs(a - b) < 1e-12 * sum.Max(Math.Abs));
        Assert.Equal(byTime, together.TimeCotangents, (a, b) => Math.Abs(a - b) < 1e-12 * (1 + Math.Abs(a)));
        Assert.Equal(0, budget.Used);
    }

    /// <summary>Rows that find the budget used up by those before them are recorded when these have given it back.</summary>
    [Theory]
    [InlineData("radau5")]
    [InlineData("trbdf2")]
    public void Pullback_OfRowsOneAfterAnotherWithinABudget_EqualsThatWithoutOne(string solver)
    {
        using var module = new TimeMlp(7);
        using var field = new ModuleField(module, 2);
        var problem = Batch(field, solver, 1e-5, Starts(Rows), 0.3, 1, 2);
        TapeBudget all = new(long.MaxValue), one = new(long.MaxValue);
        var (free, start, gradient) = Gradient(new AutoAdjoint(), problem, all);
        Gradient(new AutoAdjoint(), Batch(field, solver, 1e-5, Starts(1), 0.3, 1, 2), one);
        var budget = new TapeBudget(2 * one.Peak);
        Assert.True(budget.Bytes < all.Peak / 3, "a budget that all rows fit in shows nothing");
        var (within, startWithin, gradientWithin) = Gradient(new AutoAdjoint(), problem, budget);
        Assert.Equal(start, startWithin);
        Assert.Equal(gradient, gradientWithin, (x, y) => Math.Abs(x - y) < 1e-13 * gradient.Max(Math.Abs));
        Assert.InRange(budget.Peak, 1, budget.Bytes);
        Assert.Equal(0, budget.Used);
        Assert.True(within.Statistics.Evaluations > free.Statistics.Evaluations);
    }

    /// <summary>The gradient at the start, and of the parameters, of a fixed loss; of a row alone its share.</summary>
    private static (SolveGradient Result, double[] Start, double[] Gradient) Gradient(IAdjoint adjoint, OdeProblem problem, TapeBudget budget, int firstRow = 0)
    {
        using var record = adjoint.Record(problem, budget);
        using var gradient = ((IDifferentiableField)problem.Field).Parameters.CreateLike();
        using var start = problem.Start.CreateLike();
        var cotangents = record.States.Select((state, time) => Cotangent(state, 0.3 + (0.8 * time), firstRow)).ToArray();
        var result = record.Pullback(cotangents, start, gradient);
        Array.ForEach(cotangents, cotangent => cotangent.Dispose());
        return (result, start.AsSpan<double>().ToArray()[..(int)start[0].numel()], gradient.AsSpan<double>().ToArray());
    }

    private static FlatVector Cotangent(FlatVector like, double factor, int firstRow = 0)
    {
        var cotangent = like.CreateLike();
        var entries = cotangent.AsSpan<double>(0);
        for (int i = 0; i < entries.Length; i++)
        {
            entries[i] = Math.Cos(factor * (i + (2 * firstRow)));
        }

        return cotangent;
    }
}
