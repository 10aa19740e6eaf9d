using FlowOde.Flows.Classification.Blocks;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Flows.Classification.Chains;

/// <summary>A workspace of a block, lent by the pool, and evaluations in it: for chains that are no solves.</summary>
internal sealed class FieldEvaluation : IDisposable
{
    private readonly WorkspacePool _pool;
    private readonly (string, object, string) _key;
    private readonly FieldWorkspace _workspace;
    private readonly FlatVector _derivative;

    internal FieldEvaluation(ChainParts parts, FlatVector state)
    {
        var spec = WorkspaceSpec.For(state);
        (_pool, _key) = (parts.Pool, (nameof(FieldEvaluation), parts.Fields[0].WorkspaceKey, spec.Key));
        _workspace = _pool.Rent(_key, () => parts.Fields[0].CreateWorkspace(spec));
        _derivative = state.CreateLike();
    }

    /// <summary>Evaluations and pullbacks made.</summary>
    internal (int Evaluations, int Pullbacks) Count { get; private set; }

    /// <summary>f at a state, on a tape of its own; the vector is overwritten by the next evaluation.</summary>
    internal FlatVector Evaluate(BlockField field, double time, FlatVector state, out FieldTape tape)
    {
        tape = _workspace.RentTape();
        field.Evaluate(time, state, tape, _derivative);
        Count = (Count.Evaluations + 1, Count.Pullbacks);
        return _derivative;
    }

    /// <summary>Counts a pullback and takes its tape back.</summary>
    internal void Pulled(FieldTape tape)
    {
        Count = (Count.Evaluations, Count.Pullbacks + 1);
        Return(tape);
    }

    /// <summary>Takes a tape back.</summary>
    internal void Return(FieldTape tape)
    {
        ((BlockTape)tape).Clear();
        _workspace.ReturnTape(tape);
    }

    public void Dispose()
    {
        _derivative.Dispose();
        _pool.Return(_key, _workspace);
    }
}
