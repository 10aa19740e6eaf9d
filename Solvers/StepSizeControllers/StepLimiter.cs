namespace FlowOde.Solvers.StepSizeControllers;

/// <summary>Keeps the factor between a step and the next within bounds.</summary>
/// <remarks>
/// Whether a step is accepted is no matter of the limiter here: its error is within the tolerance or it is not. (Söderlind and Wang accept where the smoothed factor
/// is at least 0.81, which lets errors of 1.7 tolerances pass at order 4, and more with filters, whose factors answer slowly.)
/// </remarks>
public abstract class StepLimiter
{
    private protected const double Smallest = 0.2;
    private protected const double Largest = 10;

    /// <summary>Cuts the factor off at 0.2 and at 10.</summary>
    public static StepLimiter Clip { get; } = new ClipLimiter();

    /// <summary>1 + arctan(x − 1), which lies between 0.21 and 2.57 and has no corner, so that steps depend smoothly on errors.</summary>
    /// <remarks>Söderlind, Wang 2006, J. Comput. Appl. Math. 185:225.</remarks>
    public static StepLimiter Smooth { get; } = new SmoothLimiter();

    /// <summary>The limiters by name, the default first.</summary>
    public static IReadOnlyList<StepLimiter> All { get; } = [Clip, Smooth];

    /// <summary>The name, as a user types it.</summary>
    public abstract string Name { get; }

    /// <summary>The factor within the bounds.</summary>
    /// <param name="factor">The factor that the errors ask for, at least 0; may be infinite.</param>
    public abstract double Limit(double factor);

    private sealed class ClipLimiter : StepLimiter
    {
        public override string Name => "clip";

        public override double Limit(double factor) => Math.Clamp(factor, Smallest, Largest);
    }

    private sealed class SmoothLimiter : StepLimiter
    {
        public override string Name => "smooth";

        public override double Limit(double factor) => 1 + Math.Atan(factor - 1);
    }
}
