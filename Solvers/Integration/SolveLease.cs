using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Steppers;

namespace FlowOde.Solvers.Integration;

/// <summary>The memory of one solve, lent by a problem's pool until this is disposed.</summary>
internal sealed class SolveLease : IDisposable
{
    private readonly WorkspacePool _pool;
    private readonly object _fieldKey;
    private readonly object _stepKey;
    private int _returned;

    private SolveLease(WorkspacePool pool, object fieldKey, FieldWorkspace field, object stepKey, StepWorkspace step) =>
        (_pool, _fieldKey, Field, _stepKey, Step) = (pool, fieldKey, field, stepKey, step);

    public FieldWorkspace Field { get; }

    public StepWorkspace Step { get; }

    public static SolveLease Rent(OdeProblem problem)
    {
        var (start, stepper) = (problem.Start, problem.Stepper);
        object fieldKey = FieldKey(problem);
        object stepKey = (nameof(StepWorkspace), stepper, start.Layout, problem.Spec.Key);
        return new(
            problem.Pool,
            fieldKey,
            problem.Pool.Rent(fieldKey, () => problem.Field.CreateWorkspace(problem.Spec)),
            stepKey,
            problem.Pool.Rent(stepKey, () => stepper.CreateWorkspace(start.Layout, start.DType, start.Device)));
    }

    public static object FieldKey(OdeProblem problem) => FieldKey(problem.Field, problem.Spec);

    public static object FieldKey(IVectorField field, WorkspaceSpec spec) => (nameof(FieldWorkspace), field.WorkspaceKey, spec.Key);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _returned, 1) == 0) // a second return would lend one workspace to two solves
        {
            _pool.Return(_fieldKey, Field);
            _pool.Return(_stepKey, Step);
        }
    }
}
