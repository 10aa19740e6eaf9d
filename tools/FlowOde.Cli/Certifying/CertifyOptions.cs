namespace FlowOde.Cli.Certifying;

/// <summary>What is certified, and how strictly.</summary>
internal sealed record CertifyOptions
{
    /// <summary>The largest error of an exact method in float64, in the worst group of parameters.</summary>
    public required double Limit { get; init; }

    /// <summary>Random directions of the differences.</summary>
    public required int Directions { get; init; }

    /// <summary>The tolerance of the gradient that solvers and tolerances are compared with.</summary>
    /// <param name="isSmooth">Whether the loss has derivatives of every order; where relu bends the field, small tolerances take very many steps.</param>
    public static double FinestTolerance(bool isSmooth) => isSmooth ? 1e-10 : 1e-6;

    /// <summary>The largest error of a method that rebuilds its states by undoing steps, whose round-off grows on the way.</summary>
    public double ReversibleLimit => 10 * Limit;

    /// <summary>The largest error in float32 on the same steps.</summary>
    public double SingleLimit { get; init; } = 1e-5;

    /// <summary>
    /// How many times as far as plain back-propagation a float32 gradient may lie from the float64 one: near a minimum the rows' gradients cancel,
    /// and what is left of them has fewer digits than float32 has, whatever the method; and where relu bends the field, a number may round to its other side.
    /// </summary>
    public double BackpropagationsAllowed { get; init; } = 3;

    /// <summary>The largest distance from differences.</summary>
    public double DifferenceLimit { get; init; } = 1e-6;

    /// <summary>The largest error of a continuous adjoint, in tolerances: an error of a step grows on its way to the end and back.</summary>
    public double TolerancesAllowed { get; init; } = 1000;

    /// <summary>The tolerance at which the error of a continuous adjoint is measured again.</summary>
    /// <param name="tolerance">The tolerance at which it was measured first.</param>
    /// <param name="order">The solver's order: one of low order would take very many steps.</param>
    public static double FinerThan(double tolerance, int order) => Math.Max(1e-14, order >= 5 ? Math.Min(1e-9, tolerance / 1000) : tolerance / 100);

    /// <summary>How many times as many constant steps it is measured with again.</summary>
    public int FinerSteps { get; init; } = 4;

    /// <summary>The least power of the tolerance, or of the number of steps, by which that error must fall.</summary>
    /// <param name="isSmooth">Whether the loss has derivatives of every order; where relu bends the field, every method loses its order.</param>
    public static double LeastSlope(bool isSmooth) => isSmooth ? 0.5 : 0.25;
}
