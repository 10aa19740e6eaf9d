using FlowOde.Flows.Matching;
using FlowOde.Flows.Randomness;

namespace FlowOde.Tests.Flows.Matching;

/// <summary>MATH F2: couplings against all permutations, sorted lines, and marginals.</summary>
public sealed class CouplingTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(7)]
    public void Pair_Optimal_IsTheBestOfAllPermutations(int rows)
    {
        for (int trial = 0; trial < 20; trial++)
        {
            double[] costs = Numbers(rows * rows, trial);
            int[] pairs = new OptimalTransportCoupling().Pair(costs, rows, []);
            Assert.Equal(Enumerable.Range(0, rows), pairs.Order());
            double best = Permutations(rows).Min(order => Cost(costs, order));
            Assert.Equal(best, Cost(costs, pairs), 1e-12);
        }
    }

    [Fact]
    public void Pair_OptimalOnALine_KeepsTheOrder()
    {
        const int rows = 200;
        double[] data = Numbers(rows, 1), noise = Numbers(rows, 2);
        int[] pairs = new OptimalTransportCoupling().Pair(Squares(data, noise), rows, []);
        int[] byData = [.. Enumerable.Range(0, rows).OrderBy(i => data[i])];
        Assert.Equal(Enumerable.Range(0, rows).OrderBy(i => noise[i]), byData.Select(row => pairs[row]));
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.02)]
    public void Plan_OfSinkhorn_HasItsMarginals(double strength)
    {
        const int rows = 30;
        double[] plan = new SinkhornCoupling(strength).Plan(Squares(Numbers(rows, 3), Numbers(rows, 4)), rows);
        for (int i = 0; i < rows; i++)
        {
            Assert.Equal(1.0 / rows, Enumerable.Range(0, rows).Sum(j => plan[(i * rows) + j]), 1e-9);
            Assert.Equal(1.0 / rows, Enumerable.Range(0, rows).Sum(j => plan[(j * rows) + i]), 1e-9);
        }
    }

    [Theory]
    [InlineData(0.02)]
    [InlineData(0.3)]
    [InlineData(5.0)]
    public void Plan_OfSinkhorn_IsTheKernelUpToScalings(double strength)
    {
        // log plan + C/ε is a number for each row plus one for each column; so an optimum of the entropic problem (Cuturi 2013, Lemma 2).
        const int rows = 20;
        double[] costs = Squares(Numbers(rows, 3), Numbers(rows, 4)), plan = new SinkhornCoupling(strength, isRelative: false).Plan(costs, rows);
        double Potential(int row, int column) => Math.Log(plan[(row * rows) + column]) + (costs[(row * rows) + column] / strength);
        var likely = Enumerable.Range(0, rows * rows).Where(i => plan[i] > 1e-3 * plan.Max()).Select(i => (Row: i / rows, Column: i % rows)).ToHashSet();
        var squares = from a in likely from b in likely where a.Row < b.Row && a.Column != b.Column && likely.Contains((a.Row, b.Column)) && likely.Contains((b.Row, a.Column)) select (a, b);
        Assert.All(squares, pair => Assert.Equal(
            Potential(pair.a.Row, pair.a.Column) + Potential(pair.b.Row, pair.b.Column),
            Potential(pair.a.Row, pair.b.Column) + Potential(pair.b.Row, pair.a.Column),
            5e-3)); // of what rounding the marginals leaves
    }

    [Fact]
    public void Plan_OfSinkhorn_GoesFromOptimalToIndependent()
    {
        const int rows = 12;
        double[] costs = Squares(Numbers(rows, 5), Numbers(rows, 6));
        int[] best = new OptimalTransportCoupling().Pair(costs, rows, []);
        double[] weak = new SinkhornCoupling(1e-3).Plan(costs, rows), strong = new SinkhornCoupling(1e3).Plan(costs, rows);
        double optimal = Cost(costs, best) / rows, entropic = costs.Zip(weak, (cost, share) => cost * share).Sum();
        Assert.InRange(entropic - optimal, -1e-9, 0.01 * costs.Average());
        Assert.All(strong, share => Assert.Equal(1.0 / (rows * rows), share, 1e-4));
    }

    [Fact]
    public void Pair_OfSinkhorn_DrawsFromItsPlan()
    {
        const int rows = 3, draws = 20_000;
        double[] costs = [0, 1, 2, 1, 0, 1, 2, 1, 0];
        var coupling = new SinkhornCoupling(0.7);
        double[] plan = coupling.Plan(costs, rows), uniform = new double[rows * draws];
        new RandomSource(1).Stream(RandomPurpose.Base, 0).FillUniform<double>([.. Enumerable.Range(0, draws).Select(i => (long)i)], rows, uniform);
        var counts = new double[rows * rows];
        for (int draw = 0; draw < draws; draw++)
        {
            int[] pairs = coupling.Pair(costs, rows, uniform.AsSpan(draw * rows, rows));
            for (int row = 0; row < rows; row++)
            {
                counts[(row * rows) + pairs[row]]++;
            }
        }

        for (int i = 0; i < counts.Length; i++)
        {
            double expected = rows * plan[i];
            Assert.InRange(((counts[i] / draws) - expected) / Math.Sqrt(expected * (1 - expected) / draws), -4.5, 4.5);
        }
    }

    [Fact]
    public void Named_Unknown_SaysWhichThereAre() =>
        Assert.Contains("sinkhorn", Assert.Throws<ArgumentException>(() => Couplings.Named("best")).Message, StringComparison.Ordinal);

    private static double[] Numbers(int count, int step)
    {
        var values = new double[count];
        new RandomSource(9).Stream(RandomPurpose.Base, step).FillNormal<double>([0], count, values);
        return values;
    }

    private static double[] Squares(double[] data, double[] noise) => [.. data.SelectMany(a => noise.Select(b => (a - b) * (a - b)))];

    private static double Cost(double[] costs, int[] pairs) => pairs.Select((column, row) => costs[(row * pairs.Length) + column]).Sum();

    private static IEnumerable<int[]> Permutations(int count) => count == 0
        ? [[]]
        : Permutations(count - 1).SelectMany(order => Enumerable.Range(0, count).Select(place => order[..place].Append(count - 1).Concat(order[place..]).ToArray()));
}
