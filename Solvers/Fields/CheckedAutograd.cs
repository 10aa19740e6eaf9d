using static TorchSharp.torch;

namespace FlowOde.Solvers.Fields;

/// <summary>
/// The one way to <c>autograd.grad</c>: the native call has no exception guard, so that any error in it ends the process. Everything it
/// would object to is checked here first.
/// </summary>
public static class CheckedAutograd
{
    /// <summary>Σ cotangentᵀ ∂output/∂input for each input.</summary>
    /// <param name="output">The differentiated tensor; must have a graph.</param>
    /// <param name="inputs">Leaves or intermediate tensors that require a gradient.</param>
    /// <param name="cotangent">Of the shape, type and device of the output.</param>
    /// <param name="keepGraph">Whether the graph will be used again.</param>
    /// <param name="createGraph">Whether the result is itself to be differentiated.</param>
    /// <returns>A gradient for each input, null where the output does not depend on it. They belong to the caller's scope.</returns>
    /// <exception cref="ArgumentException">Something autograd would end the process for; the message says what.</exception>
    public static Tensor?[] Gradient(Tensor output, IReadOnlyList<Tensor> inputs, Tensor cotangent, bool keepGraph = false, bool createGraph = false)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(cotangent);
        if (!output.requires_grad)
        {
            throw new ArgumentException("The output has no autograd graph: nothing it was computed from requires a gradient, or it was computed under no_grad.", nameof(output));
        }

        for (int i = 0; i < inputs.Count; i++)
        {
            if (!inputs[i].requires_grad)
            {
                throw new ArgumentException($"Input {i} does not require a gradient.", nameof(inputs));
            }
        }

        if (!cotangent.shape.AsSpan().SequenceEqual(output.shape) || cotangent.dtype != output.dtype || cotangent.device_type != output.device_type)
        {
            throw new ArgumentException($"The cotangent is {Describe(cotangent)}; the output is {Describe(output)}.", nameof(cotangent));
        }

        var gradients = autograd.grad([output], [.. inputs], [cotangent], retain_graph: keepGraph || createGraph, create_graph: createGraph, allow_unused: true);
        return [.. gradients.Select(gradient => gradient.IsInvalid ? null : gradient)];
    }

    private static string Describe(Tensor tensor) => $"{tensor.dtype} [{string.Join(", ", tensor.shape)}] on {tensor.device}";
}
