using System.Numerics;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.Tableaus;

namespace FlowOde.Tests.Solvers.Tableaus;

public class StabilityFunctionTests
{
    public static TheoryData<string> Names => [.. StepperCatalog.All.OfType<ImplicitRungeKutta>().Select(stepper => stepper.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void At_MinusInfinity_IsZeroJustForLStableMethods(string name)
    {
        var tableau = Tableau(name);
        double limit = new StabilityFunction(tableau.A, tableau.B).At(-1e7).Magnitude;
        Assert.True(tableau.Stability == Stability.LStable ? limit < 2e-6 : Math.Abs(limit - 1) < 2e-6, $"|R(−∞)| = {limit:E2}");
    }

    /// <summary>|R| ≤ 1 at points all over the left half-plane, not only where the tableau looked.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void At_TheLeftHalfPlane_IsNoLargerThanOne(string name)
    {
        var (tableau, random) = (Tableau(name), new Random(5));
        var stability = new StabilityFunction(tableau.A, tableau.B);
        for (int i = 0; i < 2000; i++)
        {
            double size = Math.Pow(10, (6 * random.NextDouble()) - 2), angle = Math.PI * (0.5 + random.NextDouble());
            double factor = stability.At(Complex.FromPolarCoordinates(size, angle)).Magnitude;
            Assert.True(factor <= 1 + 1e-10, $"{factor:R} at {size:E1}, angle {angle:F2}");
        }
    }

    [Theory]
    [InlineData("backward-euler", 1.0, 0.0)]
    [InlineData("trapezoid", 0.5, 0.5)]
    [InlineData("implicit-midpoint", 0.5, 0.5)]
    public void At_APoint_IsTheKnownFraction(string name, double down, double up)
    {
        var z = new Complex(-0.7, 1.3);
        Assert.Equal(0, ((1 + (up * z)) / (1 - (down * z)) - new StabilityFunction(Tableau(name).A, Tableau(name).B).At(z)).Magnitude, 1e-14);
    }

    /// <summary>R of Gauss and Radau IIA methods is a Padé approximant of e^z (Hairer, Wanner II, IV.3).</summary>
    [Fact]
    public void At_APoint_IsPadesFractionForGaussAndRadau()
    {
        var z = new Complex(-0.7, 1.3);
        var gauss = (1 + (z / 2) + (z * z / 12)) / (1 - (z / 2) + (z * z / 12));
        var radau = (1 + (2 * z / 5) + (z * z / 20)) / (1 - (3 * z / 5) + (3 * z * z / 20) - (z * z * z / 60));
        Assert.Equal(0, (gauss - new StabilityFunction(Gauss4.Tableau.A, Gauss4.Tableau.B).At(z)).Magnitude, 1e-14);
        Assert.Equal(0, (radau - new StabilityFunction(Radau5.Tableau.A, Radau5.Tableau.B).At(z)).Magnitude, 1e-14);
    }

    /// <summary>Algebraic stability (Burrage, Butcher; Crouzeix 1979): b ≥ 0 and M = (b_i a_ij + b_j a_ji − b_i b_j) has no negative eigenvalue; M = 0 just for symplectic methods.</summary>
    [Theory]
    [InlineData("backward-euler", true, false)]
    [InlineData("implicit-midpoint", true, true)]
    [InlineData("gauss4", true, true)]
    [InlineData("radau3", true, false)]
    [InlineData("radau5", true, false)]
    [InlineData("trapezoid", false, false)]
    [InlineData("kvaerno3", false, false)]
    public void Tableau_OfAMethod_IsAlgebraicallyStableOrNot(string name, bool isStable, bool isSymplectic)
    {
        var (tableau, random) = (Tableau(name), new Random(7));
        int s = tableau.Stages;
        double A(int i, int j) => j < tableau.A[i].Length ? tableau.A[i][j] : 0;
        double M(int i, int j) => (tableau.B[i] * A(i, j)) + (tableau.B[j] * A(j, i)) - (tableau.B[i] * tableau.B[j]);
        double least = double.PositiveInfinity, largest = 0;
        for (int trial = 0; trial < 5000; trial++)
        {
            double[] x = [.. Enumerable.Range(0, s).Select(_ => (2 * random.NextDouble()) - 1)];
            double form = Enumerable.Range(0, s).Sum(i => Enumerable.Range(0, s).Sum(j => x[i] * M(i, j) * x[j])) / x.Sum(v => v * v);
            (least, largest) = (Math.Min(least, form), Math.Max(largest, Math.Abs(form)));
        }

        Assert.Equal(isStable, least > -1e-12 && tableau.B.All(b => b >= 0));
        Assert.Equal(isSymplectic, largest < 1e-14);
    }

    [Fact]
    public void Constructor_WithAWrongStability_SaysWhatItIs()
    {
        var error = Assert.Throws<ArgumentException>(() => new ButcherTableau("wrong", 2, [[0.5]], [1], [0.5], stability: Stability.LStable));
        Assert.Contains(nameof(Stability.AStable), error.Message, StringComparison.Ordinal);
        error = Assert.Throws<ArgumentException>(() => new ButcherTableau("wrong", 1, [[-0.2]], [1], [-0.2], stability: Stability.AStable));
        Assert.Contains(nameof(Stability.Bounded), error.Message, StringComparison.Ordinal);
    }

    /// <summary>Two stages of which the poles lie on the left, so that |R| ≤ 1 on the imaginary axis is not enough: the Gauss method with time reversed.</summary>
    [Fact]
    public void Classify_WithPolesOnTheLeft_IsNotAStable()
    {
        double w = Math.Sqrt(3) / 6;
        double[][] reversed = [[-0.25, -0.25 + w], [-0.25 - w, -0.25]];
        Assert.Equal(Stability.Bounded, new StabilityFunction(reversed, [-0.5, -0.5]).Classify());
    }

    private static ButcherTableau Tableau(string name) => ((ImplicitRungeKutta)StepperCatalog.Find(name)!).Tableau;
}
