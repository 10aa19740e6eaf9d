using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.Adjoints;

/// <summary>
/// The state of a backward solve: [y | a | θ̄], with y where it is rebuilt and θ̄ where it is not summed beside the state. y and a have
/// the forward layout.
/// </summary>
internal sealed class BackwardLayout
{
    private readonly VectorLayout _parameters;
    private readonly long _adjointOffset;

    /// <summary>Lays the parts behind each other.</summary>
    /// <param name="state">The forward layout.</param>
    /// <param name="parameters">The layout of θ.</param>
    /// <param name="norm">What counts in the error norm.</param>
    /// <param name="rebuildsState">Whether y is a part.</param>
    /// <param name="carriesGradient">Whether θ̄ is a part.</param>
    public BackwardLayout(VectorLayout state, VectorLayout parameters, BackwardNorm norm, bool rebuildsState, bool carriesGradient)
    {
        (State, _parameters, RebuildsState, CarriesGradient) = (state, parameters, rebuildsState, carriesGradient);
        _adjointOffset = rebuildsState ? state.Length : 0;
        bool full = norm == BackwardNorm.Full;
        var parts = new List<(string, VectorLayout)>();
        if (rebuildsState)
        {
            // Quadratures of the forward state are known; they stand still. A cotangent's quadratures are integrals, as θ̄ is.
            parts.Add(("state.", state.Map(s => s.Role == SegmentRole.Quadrature ? s with { Role = SegmentRole.Constant, InNorm = false } : s)));
        }

        parts.Add(("adjoint.", state.Adjoint().Map(s => s with { InNorm = s.InNorm && (full || s.Role != SegmentRole.Quadrature) })));
        if (carriesGradient)
        {
            parts.Add(("gradient.", parameters.Map(s => s with { Role = SegmentRole.Quadrature, InNorm = s.InNorm && full })));
        }

        Whole = VectorLayout.Concatenate(parts);
    }

    /// <summary>The forward layout.</summary>
    public VectorLayout State { get; }

    /// <summary>The layout of the backward state.</summary>
    public VectorLayout Whole { get; }

    /// <summary>Whether y is a part.</summary>
    public bool RebuildsState { get; }

    /// <summary>Whether θ̄ is a part.</summary>
    public bool CarriesGradient { get; }

    /// <summary>y, or dy/dt.</summary>
    public FlatVector StateOf(FlatVector whole) => whole.Slice(State, 0);

    /// <summary>a, or da/dt.</summary>
    public FlatVector AdjointOf(FlatVector whole) => whole.Slice(State, _adjointOffset);

    /// <summary>θ̄, or dθ̄/dt.</summary>
    public FlatVector GradientOf(FlatVector whole) => whole.Slice(_parameters, _adjointOffset + State.Length);
}
