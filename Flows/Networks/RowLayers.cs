using FlowOde.Flows.Layers;
using FlowOde.Solvers.Vectors;
using TorchSharp;
using static TorchSharp.torch;

namespace FlowOde.Flows.Networks;

/// <summary>
/// The affine parts of a chain of layers where each row has a time of its own: products of all rows with weights that do not know time, scaled row by row as a
/// <see cref="RowFold"/> says. They take the place of folded layers; activations, gates, context and the order of layers are as at a shared time. Scratch of one workspace.
/// </summary>
/// <remarks>
/// A layer of one term costs a product forward and two back, as at a shared time, and, where it has a scale, back a third for the cotangent of that: the tape does not
/// grow by what layers put out before they are scaled.
/// </remarks>
internal abstract class RowLayers : IDisposable
{
    private readonly FlatVector _parameters;
    private readonly RowFold _fold;
    private readonly int[] _loaded;
    private readonly Dual[] _scratch;

    /// <summary>Makes the scratch memory.</summary>
    /// <param name="fold">How layers act; belongs to this object from now on.</param>
    /// <param name="parameters">The parameters; belong to the caller.</param>
    /// <param name="rows">Number of rows B.</param>
    /// <param name="scratch">For each layer a dual like what it puts out; layers may share one. Belong to this object from now on.</param>
    private protected RowLayers(RowFold fold, FlatVector parameters, long rows, Dual[] scratch) =>
        (_fold, _parameters, Rows, _scratch, _loaded) = (fold, parameters, rows, scratch, new int[scratch.Length]);

    /// <summary>What activations add to their inputs, since biases are in them: zeros, of the width of each layer's output.</summary>
    internal abstract IReadOnlyList<Tensor> NoBias { get; }

    private protected long Rows { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        _fold.Dispose();
        foreach (var dual in _scratch.Distinct())
        {
            dual.Dispose();
        }

        DisposeScratch();
    }

    /// <summary>Goes to these times, of the parameters as they are now.</summary>
    /// <param name="times">[B].</param>
    internal void Fold(Tensor times)
    {
        _fold.Fold(times);
        Array.Fill(_loaded, -1);
    }

    /// <summary>As <see cref="Fold"/>, but trusts that parameters are as at the last fold.</summary>
    internal void FoldAgain(Tensor times)
    {
        if (!_fold.IsAt(times))
        {
            Fold(times);
        }
    }

    /// <summary>Σ_j s_j ∘ (W_j h + m_j), of tangents without the maps m_j.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="input">h with K tangents as the product takes them, [(1 + K)·B, …].</param>
    /// <param name="into">Receives the sum, [(1 + K)·B, …].</param>
    internal void Forward(int layer, Tensor input, Tensor into)
    {
        using var scope = NewDisposeScope();
        var output = Parts(layer, into);
        for (int j = 0; j < _fold.TermCount; j++)
        {
            var term = _fold.Term(_parameters, layer, j);
            var (scale, map) = (Scale(layer, j), Map(layer, term));
            if (term.Weight is null)
            {
                Add(map!, scale, output.select(0, 0));
                continue;
            }

            var product = j == 0 ? into : Scratch(layer, into);
            var parts = j == 0 ? output : Parts(layer, product);
            Load(layer, j, term.Weight);
            Multiply(layer, input, product);
            if (map is not null)
            {
                parts.select(0, 0).add_(map, CachedScalars.One);
            }

            if (j > 0)
            {
                Add(parts, scale, output);
            }
            else if (scale is not null)
            {
                output.mul_(scale);
            }
        }
    }

    /// <summary>The cotangent of a layer's input, Σ_j W_jᵀ (s_j ∘ c).</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="cotangent">That of what the layer puts out, of values or tangents or both, [n·B, …].</param>
    /// <param name="into">Receives it, [n·B, …].</param>
    internal void PullbackInput(int layer, Tensor cotangent, Tensor into)
    {
        using var scope = NewDisposeScope();
        for (int j = 0; j < _fold.TermCount; j++)
        {
            if (_fold.Term(_parameters, layer, j).Weight is { } weight)
            {
                Load(layer, j, weight);
                PullbackProduct(layer, Scaled(layer, j, cotangent), into, adds: j > 0);
            }
        }
    }

    /// <summary>Adds a layer's part of the cotangents of parameters, weighted, and of the times.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="cotangent">That of what the layer puts out, [(1 + K)·B, …].</param>
    /// <param name="input">What it took, [(1 + K)·B, …].</param>
    /// <param name="weight">The weight of the parameter gradient.</param>
    /// <param name="intoGradient">Is added to; null where only time is asked for.</param>
    /// <param name="intoTime">Is added to, [B]; null where it is not wanted.</param>
    internal void PullbackParameters(int layer, Tensor cotangent, Tensor input, double weight, FlatVector? intoGradient, Tensor? intoTime)
    {
        using var scope = NewDisposeScope();
        using Scalar w = weight;
        for (int j = 0; j < _fold.TermCount; j++)
        {
            var term = _fold.Term(_parameters, layer, j);
            var scale = _fold.Scale(layer, j);
            var values = Parts(layer, cotangent).select(0, 0); // a map is of values alone
            if (intoGradient is not null)
            {
                var into = _fold.Term(intoGradient, layer, j);
                var scaled = into.Weight is null ? null : Scaled(layer, j, cotangent);
                into.Weight?.add_(PullbackWeight(layer, scaled!, input), w);
                if (into.Bias is not null || into.FixedWeight is not null)
                {
                    PullbackMap(layer, scaled is null ? SumOverRows(values, scale) : SumOverRows(Parts(layer, scaled).select(0, 0), null), w, into);
                }
            }

            if (scale is not null && (intoTime is not null || (intoGradient is not null && _fold.HasParameters(j))))
            {
                var ofScale = term.Weight is null ? SumWithinRows(values, Map(layer, term)!) : ScaleCotangent(layer, j, term, cotangent, input, scale.size(1));
                _fold.PullbackScale(layer, j, ofScale, weight, intoGradient, intoTime);
            }
        }
    }

    /// <summary>The part of a layer's rows that is not padding, [n, B, out, …], of rows [n·B, …].</summary>
    private protected abstract Tensor Parts(int layer, Tensor rows);

    /// <summary>Rows of a dual as products of a layer put them out.</summary>
    private protected abstract Tensor Output(int layer, Dual dual);

    /// <summary>A scale [B, n] as it stands before <see cref="Parts"/>.</summary>
    private protected abstract Tensor Spread(Tensor scale);

    /// <summary>Takes over a weight [out, in] for the products of a layer.</summary>
    private protected abstract void Load(int layer, Tensor weight);

    /// <summary>W h with the weight last loaded.</summary>
    private protected abstract void Multiply(int layer, Tensor input, Tensor into);

    /// <summary>Wᵀ c with the weight last loaded, or adds it.</summary>
    private protected abstract void PullbackProduct(int layer, Tensor cotangent, Tensor into, bool adds);

    /// <summary>The cotangent of a weight, [out, in], in scratch memory.</summary>
    private protected abstract Tensor PullbackWeight(int layer, Tensor cotangent, Tensor input);

    /// <summary>What a term adds to the values of each row before they are scaled, b and of images R * c at each pixel; null where it is nothing.</summary>
    private protected abstract Tensor? Map(int layer, RowTerm term);

    /// <summary>From the cotangent of a map, [out, …], to that of b and R, weighted.</summary>
    private protected abstract void PullbackMap(int layer, Tensor cotangent, Scalar weight, RowTerm intoTerm);

    /// <summary>Σ_b s_b c_b, [out, …].</summary>
    /// <param name="values">c, [B, out, …].</param>
    /// <param name="scale">s, [B, 1]; null for one.</param>
    private protected abstract Tensor SumOverRows(Tensor values, Tensor? scale);

    /// <summary>The inner product of each row with a map, [B, 1].</summary>
    private protected abstract Tensor SumWithinRows(Tensor values, Tensor map);

    /// <summary>Frees what the derived class holds.</summary>
    private protected abstract void DisposeScratch();

    private void Load(int layer, int term, Tensor weight)
    {
        if (_loaded[layer] != term)
        {
            Load(layer, weight);
            _loaded[layer] = term;
        }
    }

    private Tensor? Scale(int layer, int term) => _fold.Scale(layer, term) is { } scale ? Spread(scale) : null;

    private Tensor Scratch(int layer, Tensor like) => Output(layer, _scratch[layer]).narrow(0, 0, like.size(0));

    /// <summary>s_j ∘ c, in scratch memory but where there is no scale.</summary>
    private Tensor Scaled(int layer, int term, Tensor cotangent)
    {
        if (Scale(layer, term) is not { } scale)
        {
            return cotangent;
        }

        var scaled = Scratch(layer, cotangent);
        Parts(layer, scaled).copy_(Parts(layer, cotangent)).mul_(scale);
        return scaled;
    }

    /// <summary>What a term with a weight is before it is scaled, times its cotangent, summed over values and tangents, over pixels, and over outputs where they share the scale: [B, n].</summary>
    private Tensor ScaleCotangent(int layer, int j, RowTerm term, Tensor cotangent, Tensor input, long width)
    {
        var product = Scratch(layer, cotangent);
        var (parts, cotangents) = (Parts(layer, product), Parts(layer, cotangent));
        Load(layer, j, term.Weight!);
        Multiply(layer, input, product);
        if (Map(layer, term) is { } map)
        {
            parts.select(0, 0).add_(map, CachedScalars.One);
        }

        var sum = parts.select(0, 0).mul_(cotangents.select(0, 0));
        for (long k = 1; k < parts.size(0); k++)
        {
            sum.addcmul_(parts.select(0, k), cotangents.select(0, k), CachedScalars.One);
        }

        return width == 1 ? sum.sum([.. Enumerable.Range(1, (int)sum.dim() - 1).Select(dimension => (long)dimension)]).unsqueeze(1)
            : sum.dim() > 2 ? sum.sum([2L, 3L]) : sum;
    }

    private static void Add(Tensor term, Tensor? scale, Tensor into)
    {
        if (scale is null)
        {
            into.add_(term, CachedScalars.One);
        }
        else
        {
            into.addcmul_(term, scale, CachedScalars.One);
        }
    }
}
