using TorchSharp;

namespace FlowOde.Solvers.Fields;

/// <summary>
/// A field that can also be written as an expression of torch operations, which autograd differentiates any number of times: for
/// gradients by plain back-propagation, the reference of all other methods, and for second derivatives.
/// </summary>
public interface IAutogradField : IDifferentiableField
{
    /// <summary>The parameters as leaves of autograd graphs. Belong to the caller.</summary>
    ParameterLeaves CreateLeaves();

    /// <summary>f(t, y), with an autograd graph where grad mode is on.</summary>
    /// <param name="time">t, [], of the state's type and device; may require a gradient. Not changed.</param>
    /// <param name="state">y: a tensor for each segment, in its shape; those of quadratures are not read. Not changed.</param>
    /// <param name="leaves">The parameters, made by this field.</param>
    /// <returns>dy/dt: a tensor for each segment, in its shape and type; null for constants. They belong to the caller's scope.</returns>
    /// <exception cref="ArgumentException">The state or the parameters do not fit the field.</exception>
    torch.Tensor?[] Express(torch.Tensor time, IReadOnlyList<torch.Tensor> state, ParameterLeaves leaves);
}
