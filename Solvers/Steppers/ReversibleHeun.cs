using static FlowOde.Solvers.Steppers.StepCoefficient;

namespace FlowOde.Solvers.Steppers;

/// <summary>
/// The reversible Heun method, order 2, one evaluation a step: it carries ẑ and f̂ beside the state z; ẑ' = 2z − ẑ + hf̂,
/// f̂' = f(t + h, ẑ'), z' = z + h/2 (f̂ + f̂').
/// </summary>
/// <remarks>Kidger et al. 2021 (arXiv 2105.13493), Algorithm 1. Stable for hσ on [−i, i] only. The error estimate is h/2 (f̂' − f̂).</remarks>
public static class ReversibleHeun
{
    /// <summary>The method.</summary>
    public static ReversibleMethod Method { get; } = new(new()
    {
        Name = "reversible-heun",
        Order = 2,
        EmbeddedOrder = 1,
        Carried = [CarriedStart.State, CarriedStart.State, CarriedStart.Derivative],
        Step = new([1], new GeneralLinearRows([[2, -1, H(1)]], [[1, 0, H(0.5), H(0.5)], [2, -1, H(1), 0], [0, 0, 0, 1]])),
        Inverse = new([0], new GeneralLinearRows([[2, -1, H(-1)]], [[1, 0, H(-0.5), H(-0.5)], [2, -1, H(-1), 0], [0, 0, 0, 1]])),
        Estimate = new([], new GeneralLinearRows([], [[0, 0, H(-0.5), H(0.5)]])),
    });
}
