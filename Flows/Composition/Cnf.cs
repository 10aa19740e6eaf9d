using FlowOde.Flows.Dynamics;
using FlowOde.Flows.Networks;
using FlowOde.Flows.TraceEstimators;
using FlowOde.Solvers;
using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Flows.Composition;

/// <summary>One continuous normalizing flow: the solution map of dz/dt = f(t, z) between a data time and a base time.</summary>
/// <remarks>Chen et al. 2018, Theorem 1: along any path d log p/dt = −tr(∂f/∂z), whichever way the clock runs.</remarks>
public sealed class Cnf : IFlow
{
    private readonly CnfDynamics _dynamics;
    private readonly FlowSettings _settings;
    private readonly WorkspacePool _pool;
    private readonly CnfClock _clock;
    private readonly int _part;
    private readonly FrozenGrid? _grid;

    /// <summary>Makes a flow.</summary>
    /// <param name="dynamics">The field with its trace estimator and regularisers.</param>
    /// <param name="settings">How it is solved.</param>
    /// <param name="clock">When rows are base and when data.</param>
    /// <param name="parameters">The network's parameters and, behind them, those of a learned clock.</param>
    /// <param name="pool">Keeps the memory of solves.</param>
    /// <param name="part">The number of this part in its chain, which its random draws are keyed by.</param>
    public Cnf(CnfDynamics dynamics, FlowSettings settings, CnfClock clock, FlatVector parameters, WorkspacePool pool, int part)
    {
        ArgumentNullException.ThrowIfNull(dynamics);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(clock);
        ArgumentNullException.ThrowIfNull(parameters);
        if (settings.RecordedGrids is { } grids)
        {
            var grid = grids[part];
            _grid = new(grid, [grid[0], grid[^1]]);
        }

        (_dynamics, _settings, _clock, Parameters, _pool, _part) = (dynamics, settings, clock, parameters, pool, part);
    }

    /// <inheritdoc/>
    public int Dimension => (int)_dynamics.Network.Dimension;

    /// <inheritdoc/>
    public FlatVector Parameters { get; }

    /// <summary>f(t, z).</summary>
    public INetwork Network => _dynamics.Network;

    /// <summary>When rows are base and when data.</summary>
    public CnfClock Clock => _clock;

    /// <inheritdoc/>
    public FlowResult ToBase(Tensor data, FlowDraw draw) => Solve(data, draw, _clock.DataTime, _clock.BaseTime);

    /// <inheritdoc/>
    public FlowResult ToData(Tensor latent, FlowDraw draw) => Solve(latent, draw, _clock.BaseTime, _clock.DataTime);

    /// <inheritdoc/>
    public GeneratedRows Generate(Tensor latent, Tensor? context = null)
    {
        ArgumentNullException.ThrowIfNull(latent);
        using var scope = NewDisposeScope();
        using var start = Start(_dynamics.SampleField, latent, context);
        using var solution = OdeSolver.Solve(Problem(_dynamics.SampleField, start, _clock.BaseTime, _clock.DataTime));
        return new(solution.Final[0].clone().MoveToOuterDisposeScope(), solution.Statistics);
    }

    /// <summary>Rows along their way from base to data.</summary>
    /// <param name="latent">Rows at the base, [batch, dimension]. Not changed.</param>
    /// <param name="times">Times between the base time and the data time, in the order from base to data, the base time first.</param>
    /// <param name="context">What the field depends on besides, [batch, context]; null for zeros.</param>
    /// <returns>The rows at each time, [batch, dimension] each; they belong to the caller.</returns>
    public IReadOnlyList<Tensor> Trajectory(Tensor latent, double[] times, Tensor? context = null)
    {
        ArgumentNullException.ThrowIfNull(latent);
        ArgumentNullException.ThrowIfNull(times);
        using var scope = NewDisposeScope();
        using var start = Start(_dynamics.SampleField, latent, context);
        using var solution = OdeSolver.Solve(Problem(_dynamics.SampleField, start, _clock.BaseTime, _clock.DataTime) with { Times = times });
        return [latent.clone().MoveToOuterDisposeScope(), .. solution.States.Select(state => state[0].clone().MoveToOuterDisposeScope())];
    }

    /// <summary>f(t, z) of each row.</summary>
    /// <param name="time">The time.</param>
    /// <param name="values">Rows, [batch, dimension]. Not changed.</param>
    /// <param name="context">What the field depends on besides, [batch, context]; null for zeros.</param>
    /// <returns>[batch, dimension]; a new tensor, which belongs to the caller.</returns>
    public Tensor Velocity(double time, Tensor values, Tensor? context = null)
    {
        ArgumentNullException.ThrowIfNull(values);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var field = _dynamics.SampleField;
        using var state = Start(field, values, context);
        using var derivative = state.CreateLike();
        using var workspace = field.CreateWorkspace(WorkspaceSpec.For(state));
        using var tape = workspace.RentTape();
        field.Evaluate(time, state, tape, derivative);
        return derivative[0].clone().MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public RecordedFlow RecordToBase(Tensor data, FlowDraw draw)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (_dynamics.Trace.ChunkBytes is not null)
        {
            throw new InvalidOperationException("A trace in chunks is for scoring and has no gradient. Train with a trace without ChunkBytes.");
        }

        using var scope = NewDisposeScope();
        var directions = Directions(data, draw, _clock.DataTime);
        var field = _dynamics.ForSolve(directions);
        var start = RentState(field, data.shape[0], data.dtype, data.device);
        Write(data, draw.Context, start);
        try
        {
            var budget = new TapeBudget(_settings.TapeBytes);
            var controller = _grid ?? (_part < draw.Prior.Count ? _settings.Controller.StartingFrom(draw.Prior[_part]) : _settings.Controller);
            var solve = _settings.Adjoint.Record(Problem(field, start, _clock.DataTime, _clock.BaseTime) with { Controller = controller }, budget);
            return new RecordedCnf(solve, budget, start, directions, this, _dynamics.FirstChannel, _settings.Regularizers.Count, _clock.BaseTime < _clock.DataTime);
        }
        catch
        {
            ReturnState(start);
            directions.Dispose();
            throw;
        }
    }

    /// <summary>A state of zeros, to be given back.</summary>
    internal FlatVector RentState(FlatVector like)
    {
        var state = _pool.Rent((nameof(Cnf), like.Layout, like.DType, like.Device.type), like.CreateLike);
        state.Clear();
        return state;
    }

    /// <summary>Takes a state back.</summary>
    internal void ReturnState(FlatVector state) => _pool.Return((nameof(Cnf), state.Layout, state.DType, state.Device.type), state);

    /// <summary>The network's part of a gradient of this flow's parameters.</summary>
    internal FlatVector NetworkGradient(FlatVector gradient) => gradient.Slice(_dynamics.Parameters.Layout, 0);

    /// <summary>Adds the gradient of a learned clock.</summary>
    internal void AddClockGradient(double byDataTime, FlatVector intoGradient)
    {
        if (_clock.IsLearned)
        {
            _clock.AddGradient(byDataTime, intoGradient.Slice(CnfClock.LearnedLayout, _dynamics.Parameters.Layout.Length));
        }
    }

    private FlowResult Solve(Tensor values, FlowDraw draw, double from, double to)
    {
        ArgumentNullException.ThrowIfNull(values);
        using var scope = NewDisposeScope();
        using var directions = Directions(values, draw, from);
        var field = _dynamics.ForSolve(directions);
        using var start = Start(field, values, draw.Context);
        using var solution = OdeSolver.Solve(Problem(field, start, from, to));
        return new(solution.Final[0].clone().MoveToOuterDisposeScope(), solution.Final[_dynamics.FirstChannel].clone().MoveToOuterDisposeScope(), solution.Statistics);
    }

    private Directions Directions(Tensor values, FlowDraw draw, double time)
    {
        ArgumentNullException.ThrowIfNull(draw);
        if (values.shape[0] != draw.Rows.Length)
        {
            throw new ArgumentException($"There are {values.shape[0]} rows but {draw.Rows.Length} row numbers.", nameof(draw));
        }

        return _dynamics.DrawDirections(draw.Rows, draw.ForPart(_part), time, values, draw.Context);
    }

    private FlatVector RentState(IVectorField field, long rows, ScalarType dtype, Device device)
    {
        var layout = field.StateLayout(rows);
        var state = _pool.Rent((nameof(Cnf), layout, dtype, device.type), () => new FlatVector(layout, dtype, device));
        state.Clear();
        return state;
    }

    private FlatVector Start(IVectorField field, Tensor values, Tensor? context)
    {
        var start = new FlatVector(field.StateLayout(values.shape[0]), values.dtype, values.device);
        Write(values, context, start);
        return start;
    }

    private void Write(Tensor values, Tensor? context, FlatVector start)
    {
        start[0].copy_(values);
        if (context is null)
        {
            return;
        }

        long needed = _dynamics.Network.ContextDimension;
        if (context.dim() != 2 || context.shape[0] != values.shape[0] || context.shape[1] != needed || needed == 0)
        {
            throw new ArgumentException($"The context is [{string.Join(", ", context.shape)}]; {values.shape[0]} rows of this flow need {(needed == 0 ? "none" : $"[{values.shape[0]}, {needed}]")}.", nameof(context));
        }

        start[1].copy_(context);
    }

    private OdeProblem Problem(IVectorField field, FlatVector start, double from, double to) => new()
    {
        Field = field,
        Stepper = _settings.Stepper,
        Controller = _settings.Controller,
        Norm = _settings.Norm,
        IsPerRow = _settings.IsPerRow,
        StiffFallback = _settings.StiffFallback,
        Limits = _settings.Limits,
        Start = start,
        Times = [from, to],
        Pool = _pool,
    };
}
