using static FlowOde.Solvers.Steppers.StepCoefficient;

namespace FlowOde.Solvers.Steppers;

/// <summary>
/// The asynchronous leapfrog method, order 2, one evaluation a step: it carries a velocity v beside the state z; with u = f(t + h/2, z + h/2 v)
/// it goes to z + hu and 2u − v.
/// </summary>
/// <remarks>
/// Mutze 2013 (arXiv 1311.6602); Zhuang et al. 2021 (MALI), §3, with their η = 1: smaller η damps, but falls to order 1 and multiplies
/// errors of the inverse by 1/|1 − 2η| a step. Stable for hσ on [−i, i] only. The error estimate is h(u − v).
/// </remarks>
public static class AsynchronousLeapfrog
{
    /// <summary>The method.</summary>
    public static ReversibleMethod Method { get; } = new(new()
    {
        Name = "asynchronous-leapfrog",
        Order = 2,
        EmbeddedOrder = 1,
        Carried = [CarriedStart.State, CarriedStart.Derivative],
        Step = new([0.5], new GeneralLinearRows([[1, H(0.5)]], [[1, 0, H(1)], [0, -1, 2]])),
        Inverse = new([0.5], new GeneralLinearRows([[1, H(-0.5)]], [[1, 0, H(-1)], [0, -1, 2]])),
        Estimate = new([], new GeneralLinearRows([], [[0, H(-1), H(1)]])),
    });
}
