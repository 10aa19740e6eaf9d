using FlowOde.Solvers.Steppers;

namespace FlowOde.Cli.Explaining;

/// <summary>What is checked of one architecture alone.</summary>
internal static class OwnChecks
{
    /// <summary>The key of the determinant of a RevNet's nonlinear steps.</summary>
    public const string Area = "determinant";

    /// <summary>The key of the same solve's determinant by forward Euler.</summary>
    public const string EulerArea = "determinant-of-forward-euler";

    /// <summary>The key of how far a RevNet's step is from forward Euler's.</summary>
    public const string FromEuler = "step-from-forward-euler";

    /// <summary>The key of the determinant of an LM-ResNet's step.</summary>
    public const string LmDeterminant = "determinant";

    /// <summary>The key of how far errors grow outside the bound of zero-stability.</summary>
    public const string Outside = "growth-of-errors-at-k=-1.1";

    private const double Step = 0.1;
    private static readonly (double K, string Key, bool IsStable)[] _bounds = [(-1.1, Outside, false), (-0.9, "growth-of-errors-at-k=-0.9", true), (1, "growth-of-errors-at-k=1", true), (1.1, "growth-of-errors-at-k=1.1", false)];

    /// <summary>A step that forgets where it came from.</summary>
    public static IEnumerable<SchemeCheck> OfAZero(Architecture row)
    {
        yield return new("update-at-its-zero", StabilityPlane.Growth(row.Stepper, [row.Zero!.Value], row.IsSplit)[0], 0, 1e-9);
    }

    /// <summary>Area, and that it is not forward Euler, whose step of the linear field differs by h²GF in the second half.</summary>
    public static IEnumerable<SchemeCheck> OfRevNet(Architecture row)
    {
        using var field = TestFields.Nonlinear(isSplit: true);
        using var linear = TestFields.Linear(isSplit: true);
        var euler = StepperCatalog.Find("euler")!;
        yield return new(Area, new Trial(row.Stepper, field).Determinant(TestFields.Start, 2, 20), 1, 1e-8);

        // (I + hA) has determinant 1 − h²FG on the linear field; on the nonlinear one it is only known not to be 1.
        var a = TestFields.Matrix(isSplit: true);
        yield return new(EulerArea, new Trial(euler, linear).Matrix(Step).Determinant, 1 - (Step * Step * a.B * a.C), 1e-14);
        yield return new(FromEuler, (new Trial(row.Stepper, linear).Matrix(Step) - new Trial(euler, linear).Matrix(Step)).D, Step * Step * a.C * a.B, 1e-14);
    }

    /// <summary>The network word for word, its determinant, and the bounds of zero-stability.</summary>
    public static IEnumerable<SchemeCheck> OfLmResNet(Architecture row)
    {
        using TestField field = TestFields.Nonlinear(isSplit: false), linear = TestFields.Linear(isSplit: false);
        double[] before = TestFields.Start, x = before;
        for (int n = 0; n < Architectures.TwoStepBlocks; n++)
        {
            double[] f = TestFields.Value(field, n * Step, x);
            (before, x) = (x, [.. x.Select((at, i) => ((1 - Architectures.InitialK) * at) + (Architectures.InitialK * before[i]) + (Step * f[i]))]);
        }

        double[] scheme = new Trial(LmResNet.Network(Architectures.InitialK), field).End(TestFields.Start, Architectures.TwoStepBlocks * Step, Architectures.TwoStepBlocks);
        yield return new("network-word-for-word", scheme.Zip(x, (a, b) => Math.Abs(a - b)).Max(), 0, 1e-13);
        yield return new(LmDeterminant, StabilityPlane.Determinant(row.Stepper, -0.5), -Architectures.InitialK, 1e-13);
        foreach (var (k, key, isStable) in _bounds)
        {
            // From 50 to 400 steps a stable method's error shrinks; outside the bounds it grows as |k|ⁿ.
            double[] ends = SchemeVerifier.Errors(LmResNet.Of(k), linear, [50, 400]);
            double growth = Math.Log10(ends[1] / ends[0]);
            yield return isStable ? new(key, Math.Max(growth, 0), 0, 0) : new(key, Math.Min(growth, 3), 3, 0);
        }
    }
}
