using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;
using TorchSharp;
using static TorchSharp.torch;

namespace FlowOde.Flows.Classification.Chains;

/// <summary>The parameters of a chain as leaves of an autograd graph, and its fields as torch operations over them.</summary>
internal sealed class ChainLeaves : IDisposable
{
    private readonly ChainParts _parts;
    private readonly ParameterLeaves[] _fields;

    internal ChainLeaves(ChainParts parts)
    {
        (_parts, _fields) = (parts, [.. parts.Fields.Select(field => field.CreateLeaves())]);
        using var scope = NewDisposeScope();
        Coefficients = parts.Coefficients?[0].detach().clone().requires_grad_().DetachFromDisposeScope();
    }

    /// <summary>The architecture's own numbers; null where it has none.</summary>
    internal Tensor? Coefficients { get; }

    /// <summary>All leaves, those of the fields first.</summary>
    internal IEnumerable<Tensor> All => [.. _fields.SelectMany(leaves => leaves.Tensors), .. Coefficients is null ? Array.Empty<Tensor>() : [Coefficients]];

    /// <summary>Evaluations made.</summary>
    internal int Evaluations { get; private set; }

    /// <summary>f(t, x; θ) of a field.</summary>
    internal Tensor Evaluate(int field, double time, Tensor state)
    {
        Evaluations++;
        using Scalar t = time;
        return _parts.Fields[field].Express(full([], t, dtype: state.dtype, device: state.device), [state], _fields[field])[0]!;
    }

    /// <summary>Adds the gradients of all leaves.</summary>
    /// <param name="gradients">One for each, in the order of <see cref="All"/>.</param>
    /// <param name="intoGradient">The gradient of all parameters of the classifier.</param>
    internal void Add(ReadOnlySpan<Tensor?> gradients, FlatVector intoGradient)
    {
        int at = 0;
        for (int i = 0; i < _fields.Length; i++)
        {
            int count = _fields[i].Tensors.Count;
            CheckedAutograd.Add(gradients.Slice(at, count), 1, _parts.GradientOf(intoGradient, i));
            at += count;
        }

        if (_parts.Coefficients is not null)
        {
            CheckedAutograd.Add(gradients[at..], 1, intoGradient.Slice(_parts.Coefficients.Layout, _parts.CoefficientOffset));
        }
    }

    public void Dispose()
    {
        Array.ForEach(_fields, field => field.Dispose());
        Coefficients?.Dispose();
    }
}
