using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Integration;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Solvers.Adjoints;

/// <summary>
/// A solve as one autograd graph: its leaves (start, parameters, times) and its states at the times asked for. Owns them, and with
/// them the graph.
/// </summary>
internal sealed class UnrolledSolve : IDisposable
{
    private readonly List<Tensor[]> _outputs = [];
    private readonly List<FlatVector> _states = [];

    private UnrolledSolve(IAutogradField field, OdeProblem problem)
    {
        (Field, Problem, Leaves) = (field, problem, field.CreateLeaves());
        using var scope = NewDisposeScope();
        Start = [.. problem.Start.Layout.Segments.Select((_, i) => problem.Start[i].detach().clone().requires_grad_().DetachFromDisposeScope())];
        Times = [.. problem.Times.Select(time => tensor(time, dtype: ScalarType.Float64).requires_grad_().DetachFromDisposeScope())];
    }

    public IAutogradField Field { get; }

    public OdeProblem Problem { get; }

    /// <summary>The parameters.</summary>
    public ParameterLeaves Leaves { get; }

    /// <summary>The start, a leaf a segment.</summary>
    public Tensor[] Start { get; }

    /// <summary>The times, [] each, in float64 on the CPU.</summary>
    public Tensor[] Times { get; }

    /// <summary>The states at the times after the start, with their graph: a tensor a segment.</summary>
    public IReadOnlyList<IReadOnlyList<Tensor>> Outputs => _outputs;

    /// <summary>The same without graph.</summary>
    public IReadOnlyList<FlatVector> States => _states;

    /// <summary>The accepted grid.</summary>
    public List<double> Grid { get; } = [];

    /// <summary>What the solve cost.</summary>
    public SolveStatistics Statistics { get; private set; } = new();

    /// <summary>Evaluations of the field that the accepted steps consist of.</summary>
    public int Pullbacks => Statistics.AcceptedSteps * ((ExplicitRungeKutta)Problem.Stepper).TapedStages;

    /// <summary>Solves a problem by the loop, method and controller of every other solve, with a graph behind the stages.</summary>
    /// <exception cref="ArgumentException">The problem's parts do not fit together.</exception>
    /// <exception cref="OdeSolveException">The solve cannot go on.</exception>
    public static UnrolledSolve Run(OdeProblem problem)
    {
        RecordedFields.Check(new BackpropagationAdjoint(), problem);
        if (problem.HasOwnSteps)
        {
            throw new ArgumentException($"One graph is that of steps that all rows make. Leave {nameof(OdeProblem.IsPerRow)} out.", nameof(problem));
        }

        var field = problem.Field as IAutogradField
            ?? throw new ArgumentException($"{problem.Field.GetType().Name} cannot be written as torch operations, so autograd cannot differentiate its solves. Give an {nameof(IAutogradField)} such as {nameof(ModuleField)}, or use the gradient method direct.", nameof(problem));
        var unrolled = new UnrolledSolve(field, problem);
        try
        {
            unrolled.Solve();
            return unrolled;
        }
        catch
        {
            unrolled.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Leaves.Dispose();
        foreach (var tensor in _outputs.SelectMany(output => output).Concat(Start).Concat(Times))
        {
            tensor.Dispose();
        }

        _states.ForEach(state => state.Dispose());
        _outputs.Clear();
        _states.Clear();
    }

    private void Solve()
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var (method, start) = ((ExplicitRungeKutta)Problem.Stepper, Problem.Start);
        using var system = new UnrolledSystem(this, method.Tableau, method.TapedStages);
        using var workspace = new UnrolledWorkspace(system, method, start.Layout, start.DType, start.Device);
        workspace.Begin(system, Problem.Times[0], start);
        Grid.Add(Problem.Times[0]);
        Statistics = new StepLoop(workspace, Problem.NewPlan()).Finish(index =>
        {
            Grid.Add(workspace.Time);
            if (index > 0)
            {
                _outputs.Add(system.Arrive());
                var state = start.CreateLike();
                _states.Add(state);
                for (int i = 0; i < Start.Length; i++)
                {
                    state[i].copy_(_outputs[^1][i]);
                }
            }
        });
    }
}
