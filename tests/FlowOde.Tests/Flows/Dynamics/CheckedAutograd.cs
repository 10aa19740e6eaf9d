using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Dynamics;

/// <summary>Derivatives by autograd. libtorch aborts the process on a bad request, so everything is checked before.</summary>
internal static class CheckedAutograd
{
    /// <summary>(∂output/∂input)ᵀ cotangent, with a graph of its own.</summary>
    internal static Tensor Vjp(Tensor output, Tensor input, Tensor cotangent)
    {
        Assert.True(output.requires_grad && input.requires_grad, "autograd needs requires_grad on output and input");
        Assert.Equal(output.shape, cotangent.shape);
        var result = autograd.grad([output], [input], [cotangent], retain_graph: true, create_graph: true, allow_unused: true)[0];
        return result.IsInvalid ? zeros_like(input) : result;
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
