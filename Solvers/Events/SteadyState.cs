using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Integration;
using FlowOde.Solvers.Newton;
using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Solvers.Events;

/// <summary>Where a solution came to rest: the first accepted step at which ‖f‖ is within tolerances for a unit of time. Owns the state.</summary>
/// <remarks>
/// From f(t*, y*, θ) = 0: dL/dθ = −λᵀ ∂f/∂θ with (∂f/∂y)ᵀ λ = ∂L/∂y*, so that a gradient needs neither the way there nor its memory, and does not depend on the start
/// (the implicit function theorem; Bai, Kolter, Koltun 2019, Deep equilibrium models, §3.1). It is as exact as the rest is: right to the order of the tolerances.
/// </remarks>
public sealed class SteadyState : IDisposable
{
    private const int Cycles = 20;
    private const double SolvedTo = 1e-10;
    private const double SolvedToInFloat32 = 1e-5;

    private readonly OdeProblem _problem;

    private SteadyState(OdeProblem problem, double time, FlatVector state, double speed, SolveStatistics statistics) =>
        (_problem, Time, State, Speed, Statistics) = (problem, time, state, speed, statistics);

    /// <summary>When it was found to be at rest.</summary>
    public double Time { get; }

    /// <summary>The state at rest. Belongs to this object.</summary>
    public FlatVector State { get; }

    /// <summary>The norm of f there, 1 where the tolerances are just met, in 1/time.</summary>
    public double Speed { get; }

    /// <summary>What the solve cost.</summary>
    public SolveStatistics Statistics { get; }

    /// <summary>Solves a problem until its solution is at rest.</summary>
    /// <param name="problem">The problem, from its first time at most to its last; states on the way are not kept.</param>
    /// <param name="rest">What f of a unit of time must be within, absolutely and relative to the state.</param>
    /// <returns>The state at rest; belongs to the caller.</returns>
    /// <exception cref="ArgumentException">The problem's parts do not fit together, or it has integrals or events.</exception>
    /// <exception cref="OdeSolveException">The solve cannot go on, or the solution is not at rest at its last time.</exception>
    public static SteadyState Find(OdeProblem problem, Tolerances rest)
    {
        ArgumentNullException.ThrowIfNull(problem);
        ArgumentNullException.ThrowIfNull(rest);
        if (problem.Start.Layout.QuadratureRanges.Length > 0)
        {
            throw new ArgumentException("The state has integrals, which go on where the rest of it stands still. Solve for the state without them.", nameof(problem));
        }

        if (problem.Events.Count > 0)
        {
            throw new ArgumentException("A solve to rest has an end of its own, and no events. Leave them out.", nameof(problem));
        }

        rest.RequireReachable(problem.Start.DType);
        return Stiffness.StiffFallback.Solve(problem, one => FindOnce(one, rest));
    }

    /// <summary>Pulls a cotangent of the state at rest back to the parameters and to the constants.</summary>
    /// <param name="cotangent">∂L/∂y*, in the layout of the state. Not changed.</param>
    /// <param name="intoStart">Is overwritten: with ∂L/∂c in the constant segments and 0 in the others, since where the solution started does not matter.</param>
    /// <param name="intoGradient">Is added to.</param>
    /// <returns>Pullbacks of the field that it took.</returns>
    /// <exception cref="InvalidOperationException">The field has no pullback.</exception>
    /// <exception cref="OdeSolveException">∂f/∂y is singular there, so that the state at rest is not a function of the parameters.</exception>
    public int Pullback(FlatVector cotangent, FlatVector intoStart, FlatVector intoGradient)
    {
        ArgumentNullException.ThrowIfNull(cotangent);
        ArgumentNullException.ThrowIfNull(intoStart);
        ArgumentNullException.ThrowIfNull(intoGradient);
        var field = _problem.Field as IDifferentiableField
            ?? throw new InvalidOperationException($"{_problem.Field.GetType().Name} has no pullback, so that its states at rest have no gradient. Give an {nameof(IDifferentiableField)}.");
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        object key = SolveLease.FieldKey(_problem);
        var workspace = _problem.Pool.Rent(key, () => field.CreateWorkspace(_problem.Spec));
        var tape = workspace.RentTape();
        var layout = State.Layout;
        using FlatVector right = cotangent.Clone(), multiplier = State.CreateLike();
        int pullbacks = 0;
        try
        {
            field.Evaluate(Time, State, tape, multiplier);
            multiplier.Clear();
            using var gmres = new Gmres(layout, State.DType, State.Device, 1);
            double residual = gmres.Solve(
                (from, into) =>
                {
                    pullbacks++;
                    field.Pullback(tape, from[0], 0, into[0], intoGradient);
                },
                [right],
                [multiplier],
                State.DType == ScalarType.Float32 ? SolvedToInFloat32 : SolvedTo,
                Cycles);
            if (!(residual <= Math.Sqrt(State.DType == ScalarType.Float32 ? SolvedToInFloat32 : SolvedTo)))
            {
                throw new OdeSolveException($"The state at rest is no function of the parameters: (∂f/∂y)ᵀ λ = ∂L/∂y is not solved there, GMRES comes to a residual of {residual:E1}. There may be a line of states at rest.", Time, 0, Statistics.Evaluations);
            }

            LinearCombination.Write(null, [-1], [multiplier], layout.EvolvingRanges, multiplier);
            field.Pullback(tape, multiplier, 1, intoStart, intoGradient);
            LinearCombination.Write(null, [], [], layout.EvolvingRanges, intoStart);
            LinearCombination.Write(intoStart, [1], [cotangent], layout.ConstantRanges, intoStart); // what the loss reads of them itself
            return pullbacks + 1;
        }
        finally
        {
            workspace.ReturnTape(tape);
            _problem.Pool.Return(key, workspace);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => State.Dispose();

    private static SteadyState FindOnce(OdeProblem problem, Tolerances rest)
    {
        using var integrator = new OdeIntegrator(problem);
        double speed = Size(integrator);
        while (speed > 1)
        {
            if (!integrator.Step())
            {
                string place = integrator.IsDone ? "at the last time of the solve" : "where the limit of steps ended the solve", advice = integrator.IsDone ? "more time" : "more steps";
                throw new OdeSolveException($"The solution is not at rest {place}: f is {speed:G3} times what a unit of time may change. Give it {advice} or wider tolerances of rest; a solution that goes in circles never rests.", integrator.Time, 0, integrator.Statistics.Evaluations);
            }

            speed = Size(integrator);
        }

        if (double.IsNaN(speed))
        {
            throw new OdeSolveException("f is not finite, so that nothing can be said of rest. Check the data and the parameters for NaN or huge values.", integrator.Time, 0, integrator.Statistics.Evaluations);
        }

        return new(problem, integrator.Time, integrator.State.Clone(), speed, integrator.Statistics with { HasArrived = true });

        double Size(OdeIntegrator at) => problem.Norm.Evaluate(rest, at.State, at.State, [1], [at.Derivative]);
    }
}
