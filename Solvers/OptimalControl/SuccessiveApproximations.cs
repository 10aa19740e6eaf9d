using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.OptimalControl;

/// <summary>
/// The method of successive approximations (MSA): states forward, costates backward, then every layer's control to where it maximises its Hamiltonian. With a
/// <see cref="Penalty"/> the extended one (E-MSA), which holds a step where the equations of the trajectory would be violated.
/// </summary>
/// <remarks>
/// Li, Chen, Tai, E 2018 (arXiv 1710.09513), Algorithms 1 and 2, on the discrete problem (Li, Hao 2018), so that a fixed point is an extremal of the layers themselves. The basic method
/// is a fixed-point iteration and diverges where horizons are long; large enough penalties make every iteration lower J.
/// </remarks>
public sealed record SuccessiveApproximations
{
    /// <summary>Maximises the Hamiltonians.</summary>
    public required IHamiltonianMaximizer Maximizer { get; init; }

    /// <summary>ρ, in units of H/f²; at least 0.</summary>
    /// <value>0 by default: the basic method.</value>
    public double Penalty
    {
        get;
        init => field = value >= 0 && double.IsFinite(value) ? value : throw new ArgumentOutOfRangeException(nameof(value), value, $"{nameof(Penalty)} is finite and 0 or more.");
    }

    /// <summary>Makes one iteration.</summary>
    /// <param name="problem">The problem; the parameters of its field are overwritten.</param>
    /// <param name="intoControls">θ_n, one a layer; overwritten with the next.</param>
    /// <returns>J of the controls before the iteration.</returns>
    /// <exception cref="OdeSolveException">J is not finite: the iteration diverges.</exception>
    public double Improve(ControlProblem problem, FlatVector[] intoControls)
    {
        ArgumentNullException.ThrowIfNull(problem);
        using var trajectory = ControlSweep.Run(problem, intoControls);
        if (!double.IsFinite(trajectory.Cost))
        {
            throw new OdeSolveException($"Successive approximations diverge: the cost is {trajectory.Cost} with a penalty of {Penalty:R}. Raise the penalty, or shorten the horizon.", problem.Grid[^1], problem.Grid[1] - problem.Grid[0], problem.Layers);
        }

        Improve(problem, trajectory, intoControls);
        return trajectory.Cost;
    }

    /// <summary>The second half of an iteration, for one who has swept already: every layer's control moves to where it maximises its Hamiltonian.</summary>
    /// <param name="problem">The problem; the parameters of its field are overwritten.</param>
    /// <param name="trajectory">The states and costates of the controls so far.</param>
    /// <param name="intoControls">θ_n, one a layer; overwritten with the next.</param>
    /// <returns>How many values of Hamiltonians were computed.</returns>
    public int Improve(ControlProblem problem, ControlTrajectory trajectory, IReadOnlyList<FlatVector> intoControls)
    {
        ArgumentNullException.ThrowIfNull(problem);
        ArgumentNullException.ThrowIfNull(trajectory);
        ArgumentNullException.ThrowIfNull(intoControls);
        int values = 0;
        for (int n = 0; n < problem.Layers; n++)
        {
            values += Maximizer.Maximize(
                new()
                {
                    Time = problem.Grid[n],
                    Step = problem.Grid[n + 1] - problem.Grid[n],
                    State = trajectory.States[n],
                    NextState = trajectory.States[n + 1],
                    Costate = trajectory.Costates[n],
                    NextCostate = trajectory.Costates[n + 1],
                    Penalty = Penalty,
                },
                intoControls[n]);
        }

        return values;
    }
}
