using FlowOde.Solvers.Integration;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Solvers.Adjoints;

/// <summary>
/// A gradient by a backward solve of its own, da/dt = −(∂f/∂y)ᵀa with θ̄ = ∫(∂f/∂θ)ᵀa dt: it approximates the gradient of the exact
/// solution, where the discrete methods have the exact gradient of the approximate one. ∂L/∂t of a time t_i is c_i·f(t_i, y_i) with
/// the cotangent c_i of its state, that of the start −a·f.
/// </summary>
/// <remarks>Chen et al. 2018 (Neural ODE), §2 and Appendices B–C.</remarks>
public abstract record ContinuousAdjoint : IAdjoint
{
    /// <summary>A cotangent with an integral, as every backward solve has them.</summary>
    private static readonly VectorLayout _backward = new(new Segment("cotangent", 1), new Segment("integral", 1) { Role = SegmentRole.Quadrature });

    private protected ContinuousAdjoint() => Norm = UsualNorm;

    /// <inheritdoc/>
    public string Name => Norm == UsualNorm ? BaseName : $"{BaseName}-{(Norm == BackwardNorm.Full ? "full" : "seminorm")}";

    /// <summary>Which channels of the backward state count in its error norm.</summary>
    /// <value>
    /// <see cref="BackwardNorm.Seminorm"/> by default where the state is rebuilt, which then keeps the steps short enough for the integrals as well.
    /// Along a dense output only the cotangent would, which may be much smoother than the integrals: <see cref="BackwardNorm.Full"/> there.
    /// </value>
    public BackwardNorm Norm { get; init; }

    /// <summary>The method of the backward solve's steps; null for the forward solve's.</summary>
    /// <value>Null by default.</value>
    public IStepper? Stepper { get; init; }

    /// <summary>Judges the steps of the backward solve; null for the forward solve's controller.</summary>
    /// <value>Null by default.</value>
    public IStepSizeController? Controller { get; init; }

    /// <summary>Whether the backward solve integrates y too; otherwise it reads y from the forward solve's dense output.</summary>
    internal abstract bool RebuildsState { get; }

    /// <summary>The drift of a rebuilt state that is refused; infinite where nothing is rebuilt.</summary>
    internal abstract double LargestDrift { get; }

    /// <summary>The name with the usual norm.</summary>
    private protected abstract string BaseName { get; }

    private BackwardNorm UsualNorm => RebuildsState ? BackwardNorm.Seminorm : BackwardNorm.Full;

    /// <inheritdoc/>
    public bool Supports(IStepper stepper, out string reason) => (Stepper ?? stepper).Supports(_backward, out reason);

    /// <inheritdoc/>
    /// <remarks>
    /// Refuses too, with an <see cref="ArgumentException"/>, what the backward solve could not do: steps that adapt by a method without an
    /// error estimate, and tolerances below the resolution of the state's type.
    /// </remarks>
    public RecordedSolve Record(OdeProblem problem, TapeBudget budget)
    {
        ArgumentNullException.ThrowIfNull(problem);
        return Recording.Of(this, problem, budget, one => RecordOnce(one, budget));
    }

    /// <inheritdoc/>
    /// <remarks>No: along a dense output, or with θ̄ in the error norm, rows are solved for one after another.</remarks>
    public virtual bool StepsRowsTogether => false;

    /// <summary>Records a problem whose rows have steps of their own.</summary>
    private protected virtual RecordedSolve RecordRows(OdeProblem problem, TapeBudget budget) => throw new NotSupportedException($"'{Name}' solves for rows one after another.");

    private RecordedSolve RecordOnce(OdeProblem problem, TapeBudget budget)
    {
        if (problem.HasOwnSteps)
        {
            return RecordRows(problem, budget);
        }

        var field = RecordedFields.Differentiable(problem);
        var backward = BackwardPlan.Make(this, problem);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var lease = SolveLease.Rent(problem);
        var tape = lease.Field.RentTape();
        ForwardMemory? memory = null;
        try
        {
            var step = lease.Step;
            step.Begin(new FieldSystem(field, tape), problem.Times[0], problem.Start);
            var kept = memory = new ForwardMemory(step, !RebuildsState, budget, tape);
            var cost = new StepLoop(step, problem.NewPlan()).Finish(index => kept.Keep(step, index > 0));
            return new ContinuousRecordedSolve(this, field, problem, backward, lease, tape, memory, cost);
        }
        catch
        {
            memory?.Dispose();
            lease.Field.ReturnTape(tape);
            lease.Dispose();
            throw;
        }
    }
}
