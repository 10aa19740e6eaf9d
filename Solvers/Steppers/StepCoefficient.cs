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

    /// <summary>The coefficient of a step that is as many times as long.</summary>
    internal StepCoefficient Stretched(double times) => TimesStep ? H(Factor * times) : this;

    /// <summary>The product with a number.</summary>
    internal StepCoefficient Times(double number) => new(Factor * number, TimesStep);

    /// <summary>The product of two coefficients of which at most one is multiplied by h.</summary>
    internal StepCoefficient Times(StepCoefficient other) => Factor == 0 || other.Factor == 0 ? default(StepCoefficient)
        : TimesStep && other.TimesStep ? throw new InvalidOperationException("A product of two coefficients with h in them has h² in it, which no row can hold.")
        : new(Factor * other.Factor, TimesStep || other.TimesStep);

    /// <summary>The sum of two coefficients of which both or none are multiplied by h.</summary>
    internal StepCoefficient Plus(StepCoefficient other) => Factor == 0 ? other
        : other.Factor == 0 ? this
        : TimesStep == other.TimesStep ? new(Factor + other.Factor, TimesStep)
        : throw new InvalidOperationException("A sum of a coefficient with h in it and one without is no coefficient of a row.");

    /// <summary>The coefficient for a step of length h.</summary>
    public double At(double step) => TimesStep ? Factor * step : Factor;
}
