using FlowOde.Solvers.Vectors;
using TorchSharp;
using static TorchSharp.torch;

namespace FlowOde.Solvers.Fields;

/// <summary>
/// The one way to <c>autograd.grad</c>: the native call has no exception guard, so that any error in it ends the process. Everything it
/// would object to is checked here first.
/// </summary>
public static class CheckedAutograd
{
    /// <summary>cotangentᵀ ∂output/∂input for each input.</summary>
    /// <param name="output">The differentiated tensor; must have a graph.</param>
    /// <param name="inputs">Leaves or intermediate tensors that require a gradient.</param>
    /// <param name="cotangent">Of the shape, type and device of the output.</param>
    /// <param name="keepGraph">Whether the graph will be used again.</param>
    /// <param name="createGraph">Whether the result is itself to be differentiated.</param>
    /// <returns>A gradient for each input, null where the output does not depend on it. They belong to the caller's scope.</returns>
    /// <exception cref="ArgumentException">Something autograd would end the process for; the message says what.</exception>
    public static Tensor?[] Gradient(Tensor output, IReadOnlyList<Tensor> inputs, Tensor cotangent, bool keepGraph = false, bool createGraph = false) =>
        Gradient([output], inputs, [cotangent], keepGraph, createGraph);

    /// <summary>Σ_k cotangent_kᵀ ∂output_k/∂input for each input, in one sweep over the graph.</summary>
    /// <param name="outputs">The differentiated tensors, at least one; each must have a graph.</param>
    /// <param name="inputs">Leaves or intermediate tensors that require a gradient, at least one.</param>
    /// <param name="cotangents">One for each output, of its shape, type and device.</param>
    /// <param name="keepGraph">Whether the graph will be used again.</param>
    /// <param name="createGraph">Whether the result is itself to be differentiated.</param>
    /// <returns>A gradient for each input, null where no output depends on it. They belong to the caller's scope.</returns>
    /// <exception cref="ArgumentException">Something autograd would end the process for; the message says what.</exception>
    public static Tensor?[] Gradient(IReadOnlyList<Tensor> outputs, IReadOnlyList<Tensor> inputs, IReadOnlyList<Tensor> cotangents, bool keepGraph = false, bool createGraph = false)
    {
        ArgumentNullException.ThrowIfNull(outputs);
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(cotangents);
        if (outputs.Count == 0 || inputs.Count == 0 || outputs.Count != cotangents.Count)
        {
            throw new ArgumentException($"A gradient needs outputs, a cotangent for each and inputs; got {outputs.Count}, {cotangents.Count} and {inputs.Count}.", nameof(outputs));
        }

        for (int i = 0; i < outputs.Count; i++)
        {
            CheckOutput(outputs[i], cotangents[i]);
        }

        for (int i = 0; i < inputs.Count; i++)
        {
            if (inputs[i] is not { requires_grad: true })
            {
                throw new ArgumentException($"Input {i} does not require a gradient.", nameof(inputs));
            }
        }

        var gradients = autograd.grad([.. outputs], [.. inputs], [.. cotangents], retain_graph: keepGraph || createGraph, create_graph: createGraph, allow_unused: true);
        return [.. gradients.Select(gradient => gradient.IsInvalid ? null : gradient)];
    }

    /// <summary>Adds gradients, times a weight, to the segments of a vector; one that is null adds nothing.</summary>
    /// <param name="gradients">A gradient for each segment.</param>
    /// <param name="weight">The weight.</param>
    /// <param name="intoSum">Is added to.</param>
    public static void Add(ReadOnlySpan<Tensor?> gradients, double weight, FlatVector intoSum)
    {
        ArgumentNullException.ThrowIfNull(intoSum);
        using var noGradient = no_grad();
        using Scalar factor = weight;
        for (int i = 0; i < gradients.Length; i++)
        {
            if (gradients[i] is { } gradient)
            {
                intoSum[i].add_(gradient, factor);
            }
        }
    }

    /// <summary>Writes where they belong the gradients of one evaluation of a field whose state has one segment.</summary>
    /// <param name="gradients">Those of the state, of the time and, where the weight is not 0, of each parameter.</param>
    /// <param name="weight">The weight of the parameters' gradients.</param>
    /// <param name="intoState">Is overwritten with that of the state.</param>
    /// <param name="intoGradient">Has those of the parameters added.</param>
    /// <param name="intoTime">Is overwritten with that of the time; null where it is not wanted.</param>
    public static void Distribute(ReadOnlySpan<Tensor?> gradients, double weight, FlatVector intoState, FlatVector intoGradient, Tensor? intoTime)
    {
        ArgumentNullException.ThrowIfNull(intoState);
        using var noGradient = no_grad();
        Overwrite(gradients[0], intoState[0]);
        if (intoTime is not null)
        {
            Overwrite(gradients[1]?.reshape(intoTime.shape), intoTime);
        }

        if (weight != 0)
        {
            Add(gradients[2..], weight, intoGradient);
        }
    }

    /// <summary>A value that has a graph as a number, with its gradient.</summary>
    /// <param name="value">The value, [].</param>
    /// <param name="leaves">A leaf for each segment of the gradient.</param>
    /// <param name="intoGradient">Receives the gradient; zero where the value does not depend on a leaf.</param>
    public static double Value(Tensor value, IReadOnlyList<Tensor> leaves, FlatVector intoGradient)
    {
        ArgumentNullException.ThrowIfNull(value);
        ArgumentNullException.ThrowIfNull(intoGradient);
        var gradients = Gradient(value, leaves, ones_like(value));
        using var noGradient = no_grad();
        for (int i = 0; i < gradients.Length; i++)
        {
            Overwrite(gradients[i], intoGradient[i]);
        }

        return value.to(ScalarType.Float64).item<double>();
    }

    private static void Overwrite(Tensor? gradient, Tensor into)
    {
        if (gradient is null)
        {
            using Scalar zero = 0.0;
            into.fill_(zero);
        }
        else
        {
            into.copy_(gradient);
        }
    }

    private static void CheckOutput(Tensor output, Tensor cotangent)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(cotangent);
        if (!output.requires_grad)
        {
            throw new ArgumentException("The output has no autograd graph: nothing it was computed from requires a gradient, or it was computed under no_grad.", nameof(output));
        }

        if (!cotangent.shape.AsSpan().SequenceEqual(output.shape) || cotangent.dtype != output.dtype || cotangent.device_type != output.device_type)
        {
            throw new ArgumentException($"The cotangent is {Describe(cotangent)}; the output is {Describe(output)}.", nameof(cotangent));
        }
    }

    private static string Describe(Tensor tensor) => $"{tensor.dtype} [{string.Join(", ", tensor.shape)}] on {tensor.device}";
}
