using FlowOde.Solvers.Events;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Integration;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Solvers;

/// <summary>A solve without gradient that is stepped by hand: each <see cref="Step"/> makes the next accepted step, and between two of them the state may be read or changed.</summary>
/// <remarks><see cref="OdeSolver"/> makes all steps at once. An integrator holds its memory from the problem's pool until it is disposed, belongs to one thread, and makes the steps of the problem's method: a <see cref="OdeProblem.StiffFallback"/>, which makes a whole solve anew, is for the solver.</remarks>
public sealed class OdeIntegrator : IDisposable
{
    private readonly SolveLease _lease;
    private readonly FieldTape _tape;
    private readonly StepLoop _loop;
    private readonly EventSearch? _search;
    private readonly FieldSystem _system;
    private readonly OdeProblem _problem;
    private FlatVector? _end; // the state at the terminal event
    private FlatVector? _endDerivative;
    private bool _hasStep; // that can be interpolated
    private bool _isDisposed;

    /// <summary>Begins a solve at the problem's first time; no step is made yet.</summary>
    /// <exception cref="ArgumentException">Field, start, method and controller do not fit together, or rows have steps of their own, which are not made one by one.</exception>
    public OdeIntegrator(OdeProblem problem)
    {
        ArgumentNullException.ThrowIfNull(problem);
        problem.Check();
        if (problem.HasOwnSteps)
        {
            throw new ArgumentException($"Where rows have steps of their own there is no next step of all. Use {nameof(OdeSolver)}.{nameof(OdeSolver.Solve)}, or common steps.", nameof(problem));
        }

        _problem = problem;
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        _search = problem.Events.Count == 0 ? null : new EventSearch(problem.Events, problem.Times[0], problem.Start);
        _lease = SolveLease.Rent(problem);
        _tape = _lease.Field.RentTape();
        try
        {
            _system = new(problem.Field, _tape);
            _lease.Step.Begin(_system, problem.Times[0], problem.Start);
            _loop = new(_lease.Step, problem.NewPlan());
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Where the solve stands: at the end of the last step, or at the terminal event within it.</summary>
    public double Time => EndedBy?.Time ?? Workspace.Time;

    /// <summary>The state there. Belongs to the integrator, which writes over it with the next step.</summary>
    public FlatVector State => _end ?? Workspace.State;

    /// <summary>dy/dt there, evaluated if no step has left it. Belongs to the integrator, which writes over it with the next step.</summary>
    public FlatVector Derivative
    {
        get
        {
            using var noGradient = no_grad();
            using var scope = NewDisposeScope();
            return _end is null ? Workspace.StartDerivative() : _endDerivative ??= FieldDerivative.At(_problem, Time, _end);
        }
    }

    /// <summary>The index among the problem's times of the one that the last step met, or 0: also where a terminal event happened before.</summary>
    public int Met => EndedBy is { } end && end.Time != Workspace.Time ? 0 : _loop.Met;

    /// <summary>Whether the last time or a terminal event is reached. Behind an event <see cref="Restart"/> lets the solve go on.</summary>
    public bool IsDone => _loop.HasArrived || EndedBy is not null;

    /// <summary>What the solve has cost so far.</summary>
    public SolveStatistics Statistics => _loop.Statistics with { HasArrived = IsDone };

    /// <summary>The events that happened so far, in the order of the solve. Their states belong to whoever disposes them.</summary>
    public IReadOnlyList<EventOccurrence> Occurrences => _search?.Occurrences ?? [];

    /// <summary>The terminal event that the solve stands at, or null.</summary>
    public EventOccurrence? EndedBy { get; private set; }

    /// <summary>The accepted steps of a solve with events: the start, then the end of each.</summary>
    internal IReadOnlyList<double> Grid => _search?.Grid ?? [];

    private StepWorkspace Workspace
    {
        get
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return _lease.Step;
        }
    }

    /// <summary>Makes the next step that is accepted, whatever number of shorter ones that takes.</summary>
    /// <returns>Whether there was one: not at the end of the solve, nor where its steps are used up and its limits ask for what it has.</returns>
    /// <exception cref="OdeSolveException">The solve cannot go on; the message says where and what to do.</exception>
    public bool Step()
    {
        var workspace = Workspace;
        if (IsDone)
        {
            return false;
        }

        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        if (!_loop.Advance())
        {
            return false;
        }

        _hasStep = true;
        if (_search?.Look(workspace) == true)
        {
            EndedBy = Occurrences[^1];
            _end = EndedBy.State.Clone();
        }

        return true;
    }

    /// <summary>The dense output of the last step.</summary>
    /// <returns>The polynomial of the whole step, whose end lies behind a terminal event in it; belongs to the caller.</returns>
    /// <exception cref="InvalidOperationException">No step was made yet, or none since the state was changed.</exception>
    public StepInterpolant CreateInterpolant()
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        return _hasStep ? Workspace.CreateInterpolant() : throw new InvalidOperationException("No step was made yet, or none since the state was changed, so that there is none to interpolate.");
    }

    /// <summary>
    /// Changes the state between two steps, such as for a jump. The next step starts from a fresh evaluation; methods with a memory of earlier steps begin anew. Where a terminal event has
    /// ended the solve, it goes on from there, as a ball that bounces does; to leave the zero of the event's function is no event.
    /// </summary>
    /// <param name="change">Changes the state in place.</param>
    public void Restart(Action<FlatVector> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        _hasStep = false;
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        if (EndedBy is { } end)
        {
            using var before = _end;
            using var from = before!.Clone();
            change(from);
            _loop.GoOnFrom(_system, end.Time, from);
            _search!.GoOnBehind(end, before, from);
            _endDerivative?.Dispose();
            (EndedBy, _end, _endDerivative) = (null, null, null);
            return;
        }

        Workspace.Restart(change);
        _search?.Restart(Workspace.Time, Workspace.State);
        _loop.NoteChange();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            _search?.Dispose();
            _end?.Dispose();
            _endDerivative?.Dispose();
            _lease.Field.ReturnTape(_tape);
            _lease.Dispose();
        }
    }
}
