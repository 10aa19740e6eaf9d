using System.Numerics;
using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Steppers;

namespace FlowOde.Cli.Explaining;

/// <summary>A row of the table: an architecture, the scheme that it is, and what is claimed of it.</summary>
internal sealed record Architecture
{
    /// <summary>The architecture.</summary>
    public required string Name { get; init; }

    /// <summary>The scheme in words.</summary>
    public required string Scheme { get; init; }

    /// <summary>One block, as its paper has it.</summary>
    public required string Block { get; init; }

    /// <summary>The solver that is claimed to be the network.</summary>
    public required IStepper Stepper { get; init; }

    /// <summary>The network by hand: the state after a number of blocks; null where the network is given by its matrix alone.</summary>
    public required Func<HandNetwork, double[], int, double[]>? Network { get; init; }

    /// <summary>The matrix of <see cref="MatrixSteps"/> blocks on ẋ = Ax, from hA.</summary>
    public required Func<PlaneMatrix, PlaneMatrix> Matrix { get; init; }

    /// <summary>The blocks of <see cref="Matrix"/>.</summary>
    /// <value>1 by default.</value>
    public int MatrixSteps { get; init; } = 1;

    /// <summary>What the eigenvalues r of a step on ẋ = λx obey at z = hλ: r = c0, or r² = c0 + c1 r.</summary>
    public required Func<Complex, Complex[]> Characteristic { get; init; }

    /// <summary>The order on linear fields.</summary>
    public required int LinearOrder { get; init; }

    /// <summary>The order on nonlinear fields; 0 where it does not converge to their solution.</summary>
    public required int NonlinearOrder { get; init; }

    /// <summary>Whether the halves of the state are treated differently, so that the fields have halves that depend on one another alone.</summary>
    /// <value>False by default.</value>
    public bool IsSplit { get; init; }

    /// <summary>Whether the ends of the stable part of the imaginary axis are unstable themselves: both eigenvalues of a step are one there, with one eigenvector, so that states grow with the number of blocks.</summary>
    /// <value>False by default.</value>
    public bool IsOpenAbove { get; init; }

    /// <summary>How a step is undone.</summary>
    public required Inverse Inverse { get; init; }

    /// <summary>A z = hλ at which a step is singular.</summary>
    /// <value>Null by default, where there is none or it does not matter.</value>
    public Complex? Zero { get; init; }

    /// <summary>The gradient method that keeps the least for this scheme, of those that store no more than they must.</summary>
    public required IAdjoint Adjoint { get; init; }

    /// <summary>Whether what that method keeps grows with the number of blocks.</summary>
    public required bool MemoryGrows { get; init; }

    /// <summary>Checks that this row has alone.</summary>
    /// <value>None by default.</value>
    public Func<Architecture, IEnumerable<SchemeCheck>> OwnChecks { get; init; } = _ => [];
}
