namespace FlowOde.Solvers.StepSizeControllers;

/// <summary>
/// The exponents of h' = h·(1/err_n)^(β1/k) (1/err_{n−1})^(β2/k) (1/err_{n−2})^(β3/k) (h_n/h_{n−1})^(−α). In terms of gains β1 = P + I + D,
/// β2 = −(P + 2D), β3 = D.
/// </summary>
/// <remarks>Söderlind 2003, ACM TOMS 29:1.</remarks>
/// <param name="Beta1">Exponent of the latest error.</param>
/// <param name="Beta2">Exponent of the error before.</param>
/// <param name="Beta3">Exponent of the error before that.</param>
public sealed record PidCoefficients(double Beta1, double Beta2, double Beta3)
{
    /// <summary>The elementary controller: only the latest error counts.</summary>
    public static PidCoefficients I { get; } = new(1, 0, 0);

    /// <summary>The control of the code DOPRI5: 1/5 − 0.75·0.04 and 0.04 are the exponents at k = 5, after a rejection the first one alone.</summary>
    /// <remarks>Hairer, Wanner, Solving ODEs II, IV.2. The larger of an error and 1e-4 is what the next step is compared with.</remarks>
    public static PidCoefficients Dopri5 { get; } = new(0.85, -0.2, 0) { LeastRemembered = 1e-4, AfterRejection = 0.85 };

    /// <summary>Proportional–integral control with gains (2/5, 1/5).</summary>
    public static PidCoefficients Pi42 { get; } = new(3 / 5.0, -1 / 5.0, 0);

    /// <summary>Proportional–integral control with gains (1/3, 1/3).</summary>
    public static PidCoefficients Pi33 { get; } = new(2 / 3.0, -1 / 3.0, 0);

    /// <summary>Proportional–integral control with gains (3/10, 4/10).</summary>
    public static PidCoefficients Pi34 { get; } = new(7 / 10.0, -2 / 5.0, 0);

    /// <summary>A first-order digital filter.</summary>
    public static PidCoefficients H211Pi { get; } = new(1 / 6.0, 1 / 6.0, 0);

    /// <summary>A first-order digital filter that remembers the last change of the step as well, with b = 4.</summary>
    public static PidCoefficients H211B { get; } = new(1 / 4.0, 1 / 4.0, 0) { Alpha = 1 / 4.0 };

    /// <summary>A second-order digital filter.</summary>
    public static PidCoefficients H312Pid { get; } = new(1 / 18.0, 1 / 9.0, 1 / 18.0);

    /// <summary>The exponent of the last change of the step, h_{n−1}/h_n.</summary>
    /// <value>0 by default.</value>
    public double Alpha { get; init; }

    /// <summary>The least error that is remembered: one tiny error (a step that was clipped to a target, say) must not decide the steps after it.</summary>
    /// <value>1e-10 by default.</value>
    public double LeastRemembered { get; init; } = 1e-10;

    /// <summary>The exponent of the error of a rejected step, by which it is made shorter.</summary>
    /// <value>1 by default: the elementary rule.</value>
    public double AfterRejection { get; init; } = 1;
}
