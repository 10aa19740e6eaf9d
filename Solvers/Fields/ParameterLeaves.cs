using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Solvers.Fields;

/// <summary>A field's parameters as leaves of autograd graphs: a tensor for each segment, that requires a gradient.</summary>
public sealed class ParameterLeaves : IDisposable
{
    private readonly FlatVector? _shared;
    private readonly FlatVector? _before;

    private ParameterLeaves(IReadOnlyList<Tensor> tensors, FlatVector? shared)
    {
        Tensors = tensors;
        (_shared, _before) = (shared, shared?.Clone());
    }

    /// <summary>The leaves, one a segment, in the order of the layout. They belong to this object or, where shared, to their module.</summary>
    public IReadOnlyList<Tensor> Tensors { get; }

    /// <summary>Copies of parameters, so that a later update touches no graph.</summary>
    public static ParameterLeaves CopyOf(FlatVector parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        using var scope = NewDisposeScope();
        return new([.. parameters.Layout.Segments.Select((_, i) => parameters[i].detach().clone().requires_grad_().DetachFromDisposeScope())], null);
    }

    /// <summary>Leaves that someone else owns, over the memory of a flat vector: a module's parameters.</summary>
    /// <param name="tensors">The leaves, one a segment of <paramref name="parameters"/>. Not disposed here.</param>
    /// <param name="parameters">The vector whose memory they share.</param>
    /// <exception cref="ArgumentException">Their number is not that of the segments, or one of them is frozen.</exception>
    public static ParameterLeaves Share(IReadOnlyList<Tensor> tensors, FlatVector parameters)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        ArgumentNullException.ThrowIfNull(parameters);
        for (int i = 0; i < tensors.Count; i++)
        {
            if (!tensors[i].requires_grad)
            {
                throw new ArgumentException($"Parameter {i} of the module does not require a gradient. Set requires_grad, or make a constant of it a buffer.", nameof(tensors));
            }
        }

        return tensors.Count == parameters.Layout.Segments.Count
            ? new(tensors, parameters)
            : throw new ArgumentException($"{tensors.Count} leaves do not stand for the {parameters.Layout.Segments.Count} segments of the parameters; give one for each.", nameof(tensors));
    }

    /// <summary>Makes sure that shared parameters are what they were: differentiating a graph over changed ones would end the process.</summary>
    /// <exception cref="InvalidOperationException">They were changed since these leaves were made.</exception>
    public void RequireUnchanged()
    {
        using var scope = NewDisposeScope();
        if (_shared is not null && !_shared.Flat.eq(_before!.Flat).all().item<bool>())
        {
            throw new InvalidOperationException("The module's parameters were changed while the graph of an evaluation over them was kept. Update parameters after the pullback, or record again.");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _before?.Dispose();
        foreach (var tensor in _shared is null ? Tensors : [])
        {
            tensor.Dispose();
        }
    }
}
