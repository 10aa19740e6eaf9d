using FlowOde.Solvers.Fields;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Dynamics;

/// <summary>Derivatives by autograd, for closed forms to be held to.</summary>
internal static class OracleDerivatives
{
    /// <summary>(∂output/∂input)ᵀ cotangent, with a graph of its own.</summary>
    internal static Tensor Vjp(Tensor output, Tensor input, Tensor cotangent)
    {
        return CheckedAutograd.Gradient(output, [input], cotangent, keepGraph: true, createGraph: true)[0] ?? zeros_like(input);
    }

    /// <summary>(∂output/∂input) tangent, as the derivative of a pullback by its cotangent.</summary>
    internal static Tensor Jvp(Tensor output, Tensor input, Tensor tangent)
    {
        var dummy = zeros_like(output).requires_grad_();
        return Vjp(Vjp(output, input, dummy), dummy, tangent);
    }

    /// <summary>The gradients of a scalar; zero where an input does not matter.</summary>
    internal static Tensor[] Gradients(Tensor scalar, params IEnumerable<Tensor> inputs)
    {
        Assert.Equal(1, scalar.NumberOfElements);
        return [.. inputs.Select(input => Vjp(scalar, input, ones_like(scalar)).detach())];
    }
}
