using static FlowOde.Solvers.Steppers.StepCoefficient;

namespace FlowOde.Solvers.Steppers;

/// <summary>
/// The leapfrog method (velocity Verlet) for second-order systems q' = a(t, p), p' = g(t, q): p½ = p + h/2 g, q' = q + h a(p½),
/// p' = p½ + h/2 g(q'). Order 2, symmetric in time, symplectic where the system is Hamiltonian; g is carried from step to step.
/// </summary>
/// <remarks>
/// Hairer, Lubich, Wanner, Geometric Numerical Integration, I.1.4 and I.3. Of the evolving segments the first half are positions, the second
/// half their velocities. A velocity that depends on the position, or friction, is not what this method is for: its order falls.
/// </remarks>
public static class Leapfrog
{
    /// <summary>The method.</summary>
    public static ReversibleMethod Method { get; } = new(new()
    {
        Name = "leapfrog",
        Order = 2,
        Carried = [CarriedStart.State, CarriedStart.Derivative],
        Step = new(
            [0.5, 1],
            new GeneralLinearRows([[1, 0], [1, 0, H(1)]], [[1, 0, H(1), 0], [0, 0, 0, 1]]),
            new GeneralLinearRows([[1, H(0.5)], [1, H(0.5), 0]], [[1, H(0.5), 0, H(0.5)], [0, 0, 0, 1]])),
        Inverse = new(
            [0.5, 0],
            new GeneralLinearRows([[1, 0], [1, 0, H(-1)]], [[1, 0, H(-1), 0], [0, 0, 0, 1]]),
            new GeneralLinearRows([[1, H(-0.5)], [1, H(-0.5), 0]], [[1, H(-0.5), 0, H(-0.5)], [0, 0, 0, 1]])),
    });
}
