using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.Adjoints;

/// <summary>The state of a backward solve: [y | a] in the forward layout twice, and with the full norm θ̄ behind them.</summary>
internal sealed class BacksolveLayout
{
    public BacksolveLayout(VectorLayout state, VectorLayout parameters, BacksolveNorm norm)
    {
        State = state;
        bool full = norm == BacksolveNorm.Full;
        Parameters = full ? parameters : null;

        // Quadratures of the forward state are known; they stand still. A cotangent's quadratures are integrals, as θ̄ is.
        var primal = state.Map(s => s.Role == SegmentRole.Quadrature ? s with { Role = SegmentRole.Constant, InNorm = false } : s);
        var adjoint = state.Adjoint().Map(s => s with { InNorm = s.InNorm && (full || s.Role != SegmentRole.Quadrature) });
        var parts = new List<(string, VectorLayout)> { ("state.", primal), ("adjoint.", adjoint) };
        if (full)
        {
            parts.Add(("gradient.", parameters.Map(s => s with { Role = SegmentRole.Quadrature })));
        }

        Whole = VectorLayout.Concatenate(parts);
    }

    public VectorLayout State { get; }

    public VectorLayout? Parameters { get; }

    public VectorLayout Whole { get; }

    public FlatVector StateOf(FlatVector whole) => whole.Slice(State, 0);

    public FlatVector AdjointOf(FlatVector whole) => whole.Slice(State, State.Length);

    public FlatVector GradientOf(FlatVector whole) => whole.Slice(Parameters!, 2 * State.Length);
}
