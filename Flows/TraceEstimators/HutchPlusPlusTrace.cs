using FlowOde.Flows.Layers;
using FlowOde.Flows.Randomness;
using TorchSharp;
using static TorchSharp.torch;

namespace FlowOde.Flows.TraceEstimators;

/// <summary>
/// Hutch++: the trace is exact on the range of a sketch JS of the Jacobian, and estimated on the rest,
/// tr J ≈ tr(QᵀJQ) + 1/k tr(Gᵀ(I − P)J(I − P)G) with Q = orth(JS), P = QQᵀ and Gaussian S and G of k = m/3 columns each.
/// </summary>
/// <remarks>
/// Meyer et al. 2021, Algorithm 1, with one departure: Q is that of the solve's start and kept for the whole solve, so that the augmented ODE is a function
/// of time. Unbiased at each time all the same, since it is for every Q that does not depend on G; where the range of J moves far along the solve, the variance
/// comes near to Hutchinson's. Worth its sketch for scoring with m of a dozen or more and a J whose singular values fall fast; not for training by one probe.
/// </remarks>
public sealed class HutchPlusPlusTrace : ISketchedTrace
{
    private readonly int _each;

    /// <summary>Makes an estimator.</summary>
    /// <param name="products">Number m of products with the Jacobian, a multiple of 3: a third once for a solve, two thirds in each evaluation.</param>
    public HutchPlusPlusTrace(int products = 12) => _each = products >= 3 && products % 3 == 0
        ? products / 3
        : throw new ArgumentOutOfRangeException(nameof(products), products, "Hutch++ shares its products equally between sketch, range and rest; give a multiple of 3.");

    /// <inheritdoc/>
    public string Channel => "deltaLogDensity";

    /// <inheritdoc/>
    /// <remarks>2m/3, or the dimension where the sketch takes in the whole space: then the trace is exact.</remarks>
    public int DirectionCount(long dimension) => IsWhole(dimension) ? checked((int)dimension) : 2 * _each;

    /// <inheritdoc/>
    public Directions Sketch(ReadOnlySpan<long> rows, long dimension, RandomStream stream, ScalarType dtype, Device device)
    {
        using var scope = NewDisposeScope();
        int columns = (int)Math.Min(_each, dimension);
        return new(ProbeDistribution.Gaussian.Draw(rows, columns, dimension, stream).to(dtype).to(device).contiguous(), 1);
    }

    /// <inheritdoc/>
    public Directions Draw(ReadOnlySpan<long> rows, Tensor products, RandomStream stream)
    {
        ArgumentNullException.ThrowIfNull(products);
        using var scope = NewDisposeScope();
        long dimension = products.shape[2];
        var basis = Orthonormal(products);
        if (IsWhole(dimension))
        {
            return new(basis.permute(2, 0, 1).to(products.dtype).contiguous(), 1);
        }

        // (I − P)G/√k, so that every direction has the weight 1; G follows S in the row's draws.
        var rest = ProbeDistribution.Gaussian.Draw(rows, 2 * _each, dimension, stream).narrow(0, _each, _each).permute(1, 2, 0).to(basis.device);
        using Scalar scale = 1 / Math.Sqrt(_each);
        rest = (rest - basis.matmul(basis.transpose(1, 2).matmul(rest))).mul_(scale);
        return new(cat([basis, rest], 2).permute(2, 0, 1).to(products.dtype).contiguous(), 1);
    }

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">Always: these directions depend on the Jacobian.</exception>
    public Directions Draw(ReadOnlySpan<long> rows, long dimension, RandomStream stream, ScalarType dtype, Device? device = null) =>
        throw new NotSupportedException("Hutch++ draws its directions from products with the Jacobian: use CnfDynamics.DrawDirections with the rows that a solve starts from.");

    /// <inheritdoc/>
    public void Read(Dual derivative, Directions directions, double factor, FunctionalScratch scratch, Tensor intoRate) =>
        QuadraticForm.Read(derivative, directions, factor, scratch, intoRate);

    /// <inheritdoc/>
    public Tensor Express(DualExpression derivative, Directions directions, double factor) => QuadraticForm.Express(derivative, directions, factor);

    /// <inheritdoc/>
    public void Seed(Dual derivative, Directions directions, double factor, FunctionalScratch scratch, Tensor rateCotangent, Dual intoCotangent) =>
        QuadraticForm.Seed(directions, factor, scratch, rateCotangent, intoCotangent);

    /// <summary>Orthonormal columns whose span has that of the products in it, [B, D, K], in float64: sketches of quickly falling Jacobians are ill-conditioned.</summary>
    private static Tensor Orthonormal(Tensor products) => linalg.qr(products.permute(1, 2, 0).to(ScalarType.Float64).contiguous()).Q;

    private bool IsWhole(long dimension) => _each >= dimension;
}
