using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Integration;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.Adjoints;

/// <summary>What a continuous adjoint keeps of a forward solve.</summary>
internal sealed class ForwardMemory : IDisposable
{
    private readonly List<FlatVector> _states = [];
    private readonly List<FlatVector> _slopes = [];
    private readonly List<double> _grid = [];
    private readonly List<StepInterpolant>? _steps;
    private readonly TapeBudget _budget;
    private readonly long _vectorBytes;
    private long _taken;

    /// <summary>Keeps the start of a solve.</summary>
    /// <param name="step">The solve, begun.</param>
    /// <param name="keepsPath">Whether the dense output of every step is kept.</param>
    /// <param name="budget">Counts what is kept.</param>
    /// <param name="tape">The tape of the solve.</param>
    public ForwardMemory(StepWorkspace step, bool keepsPath, TapeBudget budget, FieldTape tape)
    {
        (_budget, _vectorBytes) = (budget, step.State.Flat.numel() * step.State.Flat.element_size());
        Take(tape.Bytes + (2 * _vectorBytes));
        _steps = keepsPath ? [] : null;
        _slopes.Add(step.StartDerivative().Clone());
        _grid.Add(step.Time);
        Start = step.State.Clone();
    }

    /// <summary>The state at the start.</summary>
    public FlatVector Start { get; }

    /// <summary>The states at the times after it.</summary>
    public IReadOnlyList<FlatVector> States => _states;

    /// <summary>dy/dt at every time of the problem, the start first: ∂L/∂t is read from it.</summary>
    public IReadOnlyList<FlatVector> Slopes => _slopes;

    /// <summary>The accepted grid.</summary>
    public IReadOnlyList<double> Grid => _grid;

    /// <summary>Keeps a step that was just accepted.</summary>
    /// <param name="step">The solve.</param>
    /// <param name="arrived">Whether the step ends at a time of the problem.</param>
    public void Keep(StepWorkspace step, bool arrived)
    {
        _grid.Add(step.Time);
        if (_steps is not null)
        {
            _steps.Add(step.CreateInterpolant());
            Take(_steps[^1].Vectors * _vectorBytes);
        }

        if (arrived)
        {
            Take(2 * _vectorBytes);
            _states.Add(step.State.Clone());
            _slopes.Add(step.StartDerivative().Clone());
        }
    }

    /// <summary>y(t) between the times, or null where the steps were not kept. Belongs to this memory.</summary>
    /// <param name="statistics">What the solve cost.</param>
    public DenseSolution? Path(SolveStatistics statistics) => _steps is null ? null : new(_steps, statistics);

    /// <inheritdoc/>
    public void Dispose()
    {
        Start.Dispose();
        _states.ForEach(state => state.Dispose());
        _slopes.ForEach(slope => slope.Dispose());
        _steps?.ForEach(step => step.Dispose());
        _states.Clear();
        _steps?.Clear();
        _budget.Give(_taken);
        _taken = 0;
    }

    private void Take(long bytes)
    {
        _taken += bytes;
        _budget.Take(bytes);
    }
}
