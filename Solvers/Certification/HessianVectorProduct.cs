using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Solvers.Certification;

/// <summary>Hv for the Hessian H = ∂²L/∂θ² of a loss and a direction v, without H: exactly by autograd, or from any exact gradient.</summary>
/// <remarks>Pearlmutter 1994, Neural Computation 6:147, has both ways.</remarks>
public static class HessianVectorProduct
{
    /// <summary>Hv of a loss on a solve's states, by back-propagation through back-propagation: ∂(gᵀv)/∂θ with g = ∂L/∂θ.</summary>
    /// <remarks>Exact for the discrete solve with its accepted grid held constant, as gradients are. Memory is several times a gradient's by back-propagation.</remarks>
    /// <param name="problem">The problem; its field is an <see cref="IAutogradField"/>, its method an explicit Runge–Kutta one.</param>
    /// <param name="loss">
    /// L [] from the states, as a torch expression: <c>states[i][s]</c> is segment s of y(Times[i + 1]) in its shape. What it makes stays in
    /// a scope of this call.
    /// </param>
    /// <param name="direction">v, in the layout of the field's parameters.</param>
    /// <param name="intoProduct">Is overwritten with Hv.</param>
    /// <exception cref="ArgumentException">The problem's parts do not fit together, the vectors have another layout, or the loss is not one number.</exception>
    /// <exception cref="OdeSolveException">The solve cannot go on.</exception>
    public static void ByBackpropagation(OdeProblem problem, Func<IReadOnlyList<IReadOnlyList<Tensor>>, Tensor> loss, FlatVector direction, FlatVector intoProduct)
    {
        ArgumentNullException.ThrowIfNull(problem);
        ArgumentNullException.ThrowIfNull(loss);
        using var solve = UnrolledSolve.Run(problem);
        CheckLayouts(solve.Field.Parameters, direction, intoProduct);
        using var scope = NewDisposeScope();
        using (enable_grad())
        {
            var value = loss(solve.Outputs) ?? throw new ArgumentException("The loss returned null; it returns one number, [].", nameof(loss));
            if (value.numel() != 1)
            {
                throw new ArgumentException($"The loss returned {value.numel()} numbers, [{string.Join(", ", value.shape)}]; it returns one, [].", nameof(loss));
            }

            solve.Leaves.RequireUnchanged();
            var gradient = value.requires_grad ? CheckedAutograd.Gradient(value, solve.Leaves.Tensors, ones_like(value), createGraph: true) : [];
            int[] curved = [.. Enumerable.Range(0, gradient.Length).Where(i => gradient[i] is { requires_grad: true })];
            var product = curved.Length == 0
                ? [] // the loss is linear in the parameters, or does not depend on them
                : CheckedAutograd.Gradient([.. curved.Select(i => gradient[i]!)], solve.Leaves.Tensors, [.. curved.Select(i => direction[i])]);
            using var noGradient = no_grad();
            intoProduct.Clear();
            for (int i = 0; i < product.Length; i++)
            {
                if (product[i] is { } part)
                {
                    intoProduct[i].copy_(part);
                }
            }
        }
    }

    /// <summary>Hv as the central difference (g(θ + εv) − g(θ − εv)) / 2ε of an exact gradient g in float64.</summary>
    /// <remarks>
    /// Truncation costs ε²‖v‖²·|∂³L|/6 and rounding u·|g|/(ε‖v‖), u = 2⁻⁵², so that ε‖v‖ = u^(1/3)·max(1, ‖θ‖) balances both near u^(2/3),
    /// 4e-11 of their scale. On short solves of small networks the result is within 1e-10 of <see cref="ByBackpropagation"/>; the rounding
    /// that long solves leave in g is magnified by 1/ε, some 1e5. The gradient must be a smooth function, so of constant steps: an adaptive
    /// controller's grid jumps between θ + εv and θ − εv.
    /// </remarks>
    /// <param name="gradient">The gradient. It is called twice, with vectors that are not the model's own.</param>
    /// <param name="parameters">θ, in float64. Not changed.</param>
    /// <param name="direction">v, in the layout of the parameters.</param>
    /// <param name="intoProduct">Is overwritten with Hv.</param>
    /// <exception cref="ArgumentException">A vector is not in float64, not finite or of another layout, or a gradient is not finite.</exception>
    public static void ByDifferences(GradientFunction gradient, FlatVector parameters, FlatVector direction, FlatVector intoProduct)
    {
        ArgumentNullException.ThrowIfNull(gradient);
        ArgumentNullException.ThrowIfNull(parameters);
        CheckLayouts(parameters, direction, intoProduct);
        if (parameters.DType != ScalarType.Float64)
        {
            throw new ArgumentException($"The parameters are {parameters.DType}; differences of gradients lose half of the digits, so convert to Float64.", nameof(parameters));
        }

        VectorRange[] everything = [new(0, parameters.Layout.Length)];
        double length = Length(direction, everything, nameof(direction));
        double step = Math.Cbrt(Math.BitIncrement(1.0) - 1) * Math.Max(1, Length(parameters, everything, nameof(parameters))) / length;
        if (length == 0)
        {
            intoProduct.Clear();
            return;
        }

        using FlatVector shifted = parameters.CreateLike(), ahead = parameters.CreateLike(), behind = parameters.CreateLike();
        foreach (var (sign, into) in new[] { (1, ahead), (-1, behind) })
        {
            LinearCombination.Write(parameters, [sign * step], [direction], everything, shifted);
            gradient(shifted, into);
            Length(into, everything, nameof(gradient));
        }

        LinearCombination.Write(null, [0.5 / step, -0.5 / step], [ahead, behind], everything, intoProduct);
    }

    private static double Length(FlatVector vector, VectorRange[] everything, string name)
    {
        double length = Math.Sqrt(LinearCombination.Dot(vector, vector, everything));
        return double.IsFinite(length) ? length : throw new ArgumentException($"The {name} holds values that are not finite, or too large to square.", name);
    }

    private static void CheckLayouts(FlatVector parameters, FlatVector direction, FlatVector intoProduct)
    {
        ArgumentNullException.ThrowIfNull(direction);
        ArgumentNullException.ThrowIfNull(intoProduct);
        foreach (var (vector, name) in new[] { (direction, nameof(direction)), (intoProduct, nameof(intoProduct)) })
        {
            if (!vector.Layout.Equals(parameters.Layout) || vector.DType != parameters.DType || vector.Device.type != parameters.Device.type)
            {
                throw new ArgumentException($"The vector is {vector.DType} on {vector.Device} with ({vector.Layout}); the parameters are {parameters.DType} on {parameters.Device} with ({parameters.Layout}).", name);
            }
        }
    }
}
