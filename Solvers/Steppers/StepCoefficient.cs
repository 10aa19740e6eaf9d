namespace FlowOde.Solvers.Steppers;

/// <summary>A coefficient of a method: a number, or a number times the length h of the step.</summary>
/// <param name="Factor">The number.</param>
/// <param name="TimesStep">Whether it is multiplied by h.</param>
public readonly record struct StepCoefficient(double Factor, bool TimesStep)
{
    /// <summary>A coefficient that does not depend on the step.</summary>
    public static implicit operator StepCoefficient(double factor) => new(factor, false);

    /// <summary>factor · h.</summary>
    public static StepCoefficient H(double factor) => new(factor, true);

    /// <summary>A coefficient that does not depend on the step.</summary>
    public static StepCoefficient FromDouble(double factor) => new(factor, false);

    /// <summary>The coefficient for a step of length h.</summary>
    public double At(double step) => TimesStep ? Factor * step : Factor;
}
