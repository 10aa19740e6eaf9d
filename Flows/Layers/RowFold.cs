using FlowOde.Solvers.Vectors;
using TorchSharp;
using static TorchSharp.torch;

namespace FlowOde.Flows.Layers;

/// <summary>
/// How time-dependent layers act where each row has a time of its own, as <see cref="LayerFold"/> says it for a time that all rows share: each layer is a sum
/// Σ_j s_j(t) ∘ (W_j h + b_j + R_j * c) of affine ones, of which only the scales s_j depend on time. Holds the scales of all rows, and pulls their cotangents
/// back to parameters and times. Of one workspace: not thread-safe.
/// </summary>
/// <remarks>
/// The first term has a weight; one without a weight has one scale for all outputs, or none. Products stay with the network; there is one for each term with a weight,
/// whatever the number of different times.
/// </remarks>
public abstract class RowFold : IDisposable
{
    private readonly Tensor _ones;
    private Tensor? _folded;

    /// <summary>Makes the scratch memory.</summary>
    /// <param name="sizes">The widths.</param>
    /// <param name="parameters">The parameters; belong to the caller.</param>
    /// <param name="rows">Number of rows B, at least 1.</param>
    /// <param name="termCount">Number of terms of each layer, at least 1.</param>
    protected RowFold(LayerSizes sizes, FlatVector parameters, long rows, int termCount)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        (Sizes, Parameters, TermCount) = (sizes, parameters, termCount);
        _ones = ones(rows, dtype: parameters.DType, device: parameters.Device).DetachFromDisposeScope();
        Times = zeros(rows, 1, dtype: parameters.DType, device: parameters.Device).DetachFromDisposeScope();
    }

    /// <summary>Number of terms of each layer.</summary>
    public int TermCount { get; }

    /// <summary>The widths.</summary>
    protected LayerSizes Sizes { get; }

    /// <summary>The parameters, as they are now.</summary>
    protected FlatVector Parameters { get; }

    /// <summary>The times last folded, [B, 1].</summary>
    protected Tensor Times { get; }

    /// <summary>Computes the scales from the parameters as they are now.</summary>
    /// <param name="times">The times of the rows, [B]; belong to the caller.</param>
    public void Fold(Tensor times)
    {
        ArgumentNullException.ThrowIfNull(times);
        using var scope = NewDisposeScope();
        Times.copy_(times.unsqueeze(1));
        Compute();
        _folded = times;
    }

    /// <summary>Whether these times, the same tensor and not only equal ones, are those last folded.</summary>
    public bool IsAt(Tensor times) => ReferenceEquals(times, _folded);

    /// <summary>What of a vector belongs to a term of a layer. Temporaries stay in the caller's scope.</summary>
    /// <param name="vector">The parameters, or a vector of the same layout.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="term">The term, counted from 0.</param>
    public abstract RowTerm Term(FlatVector vector, int layer, int term);

    /// <summary>The scale of a term at the times last folded: a number for each output of each row, [B, out], or one for all outputs, [B, 1]; null for one. Belongs to this object.</summary>
    public abstract Tensor? Scale(int layer, int term);

    /// <summary>Whether the scale of a term has parameters, besides time.</summary>
    public abstract bool HasParameters(int term);

    /// <summary>At the times last folded: adds weight·(cotangent of the scale's parameters), and adds to the cotangents of the times.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="term">A term with a scale.</param>
    /// <param name="cotangent">That of <see cref="Scale"/>, in its shape; overwritten as scratch.</param>
    /// <param name="weight">The weight of the parameter gradient.</param>
    /// <param name="intoGradient">Is added to, in the layout of the parameters; null where only time is asked for.</param>
    /// <param name="intoTime">Is added to, [B]; null where it is not wanted.</param>
    public void PullbackScale(int layer, int term, Tensor cotangent, double weight, FlatVector? intoGradient, Tensor? intoTime)
    {
        ArgumentNullException.ThrowIfNull(cotangent);
        using var scope = NewDisposeScope();
        using Scalar w = weight;
        PullbackAtTimes(layer, term, cotangent, w, intoGradient, intoTime);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ones.Dispose();
        Times.Dispose();
        DisposeScratch();
    }

    /// <summary>Computes all scales at <see cref="Times"/>. Called in a scope of its own.</summary>
    protected abstract void Compute();

    /// <summary>As <see cref="PullbackScale"/>. Called in a scope of its own.</summary>
    protected abstract void PullbackAtTimes(int layer, int term, Tensor cotangent, Scalar weight, FlatVector? intoGradient, Tensor? intoTime);

    /// <summary>Frees what the derived class holds.</summary>
    protected abstract void DisposeScratch();

    /// <summary>Of s = φ(u t + v) with the cotangent of u t + v given: that of u and v, weighted, and of t.</summary>
    /// <param name="cotangent">[B, n].</param>
    /// <param name="weight">The weight of the parameter gradient.</param>
    /// <param name="segment">Gives u's segment of a vector; v's is that of the next kind.</param>
    /// <param name="intoGradient">Is added to; null where it is not wanted.</param>
    /// <param name="intoTime">Is added to, [B]; null where it is not wanted.</param>
    private protected void PullbackLine(Tensor cotangent, Scalar weight, Func<FlatVector, (Tensor Slope, Tensor Offset)> segment, FlatVector? intoGradient, Tensor? intoTime)
    {
        intoTime?.add_(mv(cotangent, segment(Parameters).Slope), CachedScalars.One);
        if (intoGradient is not null)
        {
            var (slope, offset) = segment(intoGradient);
            slope.add_(mv(cotangent.t(), Times.view(-1)), weight);
            offset.add_(mv(cotangent.t(), _ones), weight); // for a sum over rows several times faster than sum
        }
    }
}
