using static FlowOde.Solvers.Steppers.StepCoefficient;

namespace FlowOde.Solvers.Steppers;

/// <summary>
/// The symplectic (semi-implicit) Euler method for ẋ1 = F(t, x2), ẋ2 = G(t, x1): y1 = x1 + hF(x2), y2 = x2 + hG(y1), what a block of a RevNet computes.
/// Order 1; undone by x2 = y2 − hG(y1), x1 = y1 − hF(x2); symplectic where the system is Hamiltonian, and always of determinant 1.
/// </summary>
/// <remarks>
/// Gomez et al. 2017 (RevNet, arXiv 1707.04585); Hairer, Lubich, Wanner, Geometric Numerical Integration, I.1.2. Of the evolving segments the first half are
/// x1, the second half x2. Where F depends on x1, or G on x2, the step is still one of order 1, but the inverse is none. A step evaluates a field twice
/// and uses one half each time: y1 is needed before G can be had. An <see cref="Fields.IHalvedField"/> evaluates that half alone, another field both. Both are at the step's start, as a block has one set of weights.
/// </remarks>
public static class SymplecticEuler
{
    /// <summary>The method.</summary>
    public static ReversibleMethod Method { get; } = new(new()
    {
        Name = "symplectic-euler",
        Order = 1,
        Carried = [CarriedStart.State],
        Step = new(
            [0, 0],
            new GeneralLinearRows([[1], [1, H(1)]], [[1, H(1), 0]]),
            new GeneralLinearRows([[1], [1, 0]], [[1, 0, H(1)]])),
        Inverse = new(
            [0, 0],
            new GeneralLinearRows([[1], [1, 0]], [[1, 0, H(-1)]]),
            new GeneralLinearRows([[1], [1, H(-1)]], [[1, H(-1), 0]])),
    });
}
