namespace FlowOde.Solvers.StepSizeControllers;

/// <summary>
/// The exponents of h' = h·(1/err_n)^(β1/k) (1/err_{n−1})^(β2/k) (1/err_{n−2})^(β3/k). In terms of gains β1 = P + I + D,
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

    /// <summary>Proportional–integral control with gains (2/5, 1/5).</summary>
    public static PidCoefficients Pi42 { get; } = new(3 / 5.0, -1 / 5.0, 0);

    /// <summary>Proportional–integral control with gains (1/3, 1/3).</summary>
    public static PidCoefficients Pi33 { get; } = new(2 / 3.0, -1 / 3.0, 0);

    /// <summary>Proportional–integral control with gains (3/10, 4/10).</summary>
    public static PidCoefficients Pi34 { get; } = new(7 / 10.0, -2 / 5.0, 0);

    /// <summary>A first-order digital filter.</summary>
    public static PidCoefficients H211Pi { get; } = new(1 / 6.0, 1 / 6.0, 0);

    /// <summary>A second-order digital filter.</summary>
    public static PidCoefficients H312Pid { get; } = new(1 / 18.0, 1 / 9.0, 1 / 18.0);
}
