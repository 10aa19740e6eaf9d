using System.Numerics;
using FlowOde.Samplers.Drawing;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.Tableaus;

namespace FlowOde.Cli.Explaining;

/// <summary>Measures a row of the table: the scheme against the network by hand, its order, its stability, its inverse and its memory.</summary>
internal static class SchemeVerifier
{
    /// <summary>The key of the update matrix.</summary>
    public const string Matrix = "update-matrix";

    /// <summary>The key of the distance from the network by hand on the nonlinear field.</summary>
    public const string Network = "network-by-hand";

    /// <summary>The key of the order observed on the linear field.</summary>
    public const string LinearOrder = "order-linear";

    /// <summary>The key of the order observed on the nonlinear field.</summary>
    public const string NonlinearOrder = "order-nonlinear";

    /// <summary>The key of how far the growth over the plane is off what the network's has.</summary>
    public const string Plane = "growth-over-the-plane";

    /// <summary>The key of the reach along the negative real axis.</summary>
    public const string RealReach = "reach-real";

    /// <summary>The key of the reach along the imaginary axis.</summary>
    public const string ImaginaryReach = "reach-imaginary";

    /// <summary>The key of how far the start is missed on the way back.</summary>
    public const string MissedStart = "missed-start";

    /// <summary>The key of how much more a gradient keeps over ten times as many blocks.</summary>
    public const string MemoryGrowth = "memory-of-100-over-10-blocks";

    private const double Span = 2;
    private const double Step = 0.1;
    private const int Blocks = 12;
    private const double LargestReach = 20;
    private const double Floor = 1e-13; // below it is round-off
    private static readonly int[] _steps = [8, 16, 32, 64, 128, 256, 512, 1024];
    private static readonly DataLimits _x = new(-4.635, 1.365); // a column of cells has its centres on the imaginary axis
    private static readonly DataLimits _y = new(-3.615, 3.615);

    /// <summary>Measures a row.</summary>
    public static ExplainedRow Verify(Architecture row)
    {
        using TestField linear = TestFields.Linear(row.IsSplit), nonlinear = TestFields.Nonlinear(row.IsSplit);
        DataSeries onLinear = Errors(row.Stepper, linear), onNonlinear = Errors(row.Stepper, nonlinear);
        const int columns = 200, rows = 241;
        Complex[] z = [.. DensityField.CellCentres(_y, rows).SelectMany(y => DensityField.CellCentres(_x, columns).Select(x => new Complex(Math.Round(x, 9), Math.Round(y, 9))))];
        double[] growth = StabilityPlane.Growth(row.Stepper, z, row.IsSplit);
        double ByHand(Complex at) => StabilityPlane.LargestRoot(row.Characteristic(at));
        List<SchemeCheck> checks =
        [
            new(Matrix, (new Trial(row.Stepper, linear).Matrix(Step, row.MatrixSteps) - row.Matrix(Step * TestFields.Matrix(row.IsSplit))).Largest, 0, 1e-14),
            new(LinearOrder, Order(onLinear), row.LinearOrder, Slack(row.LinearOrder)),
            new(NonlinearOrder, Order(onNonlinear), row.NonlinearOrder, Slack(row.NonlinearOrder)),
            new(Plane, z.Select((at, i) => Math.Abs(growth[i] - ByHand(at)) / Math.Max(1, growth[i])).Max(), 0, 1e-7),
            Reach(RealReach, row, ByHand, -1),
            Reach(ImaginaryReach, row, ByHand, Complex.ImaginaryOne),
            new(MemoryGrowth, (double)new Trial(row.Stepper, nonlinear).Kept(row.Adjoint, Span, 100) / new Trial(row.Stepper, nonlinear).Kept(row.Adjoint, Span, 10), row.MemoryGrows ? 10 : 1, row.MemoryGrows ? 3 : 0.05),
        ];
        if (row.Network is { } network)
        {
            double[] expected = network(new((t, x) => TestFields.Value(nonlinear, t, x), Step), TestFields.Start, Blocks);
            checks.Insert(1, new(Network, Distance(expected, new Trial(row.Stepper, nonlinear).End(TestFields.Start, Blocks * Step, Blocks)), 0, 1e-13));
        }

        if (row.Inverse == Inverse.Exact)
        {
            checks.Add(new(MissedStart, new Trial(row.Stepper, nonlinear).MissedStart(TestFields.Start, Span, 200), 0, 2e-12));
        }
        else if (row.Inverse == Inverse.BySolvingBack)
        {
            checks.Add(new(MissedStart, new Trial(row.Stepper, nonlinear).MissedBySolvingBack(TestFields.Start, Span, 64), 0, 1e-8));
        }

        checks.AddRange(row.OwnChecks(row));
        double[] stable = [.. growth.Select(g => StabilityPlane.IsStable(g) ? g : double.NaN)];
        return new(row, checks, onLinear, onNonlinear, new DensityField(_x, _y, columns, rows, stable));
    }

    /// <summary>The errors at the end of solves of so many steps.</summary>
    public static double[] Errors(IStepper stepper, TestField field, IEnumerable<int> steps)
    {
        double[] exact = new Trial(new ExplicitRungeKutta(Dopri5.Tableau), field).End(TestFields.Start, Span, 1000);
        return [.. steps.Select(count => Distance(exact, new Trial(stepper, field).End(TestFields.Start, Span, count)))];
    }

    private static DataSeries Errors(IStepper stepper, TestField field) =>
        new([.. _steps.Select(steps => (double)steps)], [.. Errors(stepper, field, _steps).Select(error => error < Floor ? double.NaN : error)]);

    /// <summary>The slope between the last two numbers of steps whose errors round-off does not touch.</summary>
    private static double Order(DataSeries errors)
    {
        int last = Array.FindLastIndex(errors.Values, error => error > 1e-11);
        return last < 1 ? double.NaN : Math.Log2(errors.Values[last - 1] / errors.Values[last]);
    }

    private static double Slack(int order) => order > 2 ? 0.3 : 0.1;

    private static SchemeCheck Reach(string name, Architecture row, Func<Complex, double> byHand, Complex direction)
    {
        double measured = StabilityPlane.Reach(at => StabilityPlane.Growth(row.Stepper, at, row.IsSplit), direction, LargestReach);
        return new(name, measured, StabilityPlane.Reach(at => [.. at.Select(byHand)], direction, LargestReach), 1e-6);
    }

    private static double Distance(double[] a, double[] b) => a.Zip(b, (x, y) => Math.Abs(x - y)).Max();
}
