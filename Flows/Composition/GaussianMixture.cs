using FlowOde.Flows.Layers;
using FlowOde.Flows.Randomness;
using TorchSharp;
using static TorchSharp.torch;

namespace FlowOde.Flows.Composition;

/// <summary>A mixture of Gaussians with full covariances, p(x) = Σ_k π_k N(x; μ_k, Σ_k), in float64 on the CPU. Owns its tensors.</summary>
public sealed class GaussianMixture : IDisposable
{
    // Numbers held at once by the largest temporary of a scoring pass.
    private const long NumbersAtOnce = 1 << 18;

    private readonly GaussianMixtureState _state;

    /// <summary>Makes a mixture of given parameters, which are copied.</summary>
    /// <param name="weights">π, [components]: not negative, with sum 1 to within 1e-6.</param>
    /// <param name="means">μ, [components, dim].</param>
    /// <param name="covariances">Σ, symmetric positive definite, [components, dim, dim].</param>
    /// <exception cref="ArgumentException">A shape does not fit, a number is not finite, the weights are no distribution, or a covariance is not positive definite.</exception>
    public GaussianMixture(Tensor weights, Tensor means, Tensor covariances)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(means);
        ArgumentNullException.ThrowIfNull(covariances);
        using var none = no_grad();
        using var scope = NewDisposeScope();
        CheckShapes(weights, means, covariances);
        var (pi, mu, sigma) = (ToDoubles(weights), ToDoubles(means), ToDoubles(covariances));
        CheckValues(pi, mu, sigma);
        _state = new GaussianMixtureState(pi, mu, sigma);
        (Components, Dim) = ((int)mu.shape[0], (int)mu.shape[1]);
    }

    /// <summary>Number of components.</summary>
    public int Components { get; }

    /// <summary>Length of a row.</summary>
    public int Dim { get; }

    /// <summary>π, [components]; owned by the mixture.</summary>
    public Tensor Weights => _state.Weights;

    /// <summary>μ, [components, dim]; owned by the mixture.</summary>
    public Tensor Means => _state.Means;

    /// <summary>Σ, [components, dim, dim]; owned by the mixture.</summary>
    public Tensor Covariances => _state.Covariances;

    /// <summary>Fits a mixture by expectation maximisation (Dempster et al. 1977) from several k-means++ starts (Arthur and Vassilvitskii 2007).</summary>
    /// <remarks>
    /// Works in units where every column has mean 0 and variance 1, and there keeps every eigenvalue of a covariance at or above
    /// <see cref="GaussianMixtureOptions.CovarianceFloor"/>; a constant column counts as one of unit scale. A component needs more than
    /// dim + 1 rows, and there are at most as many components as distinct rows. The result does not depend on the order of the rows.
    /// </remarks>
    /// <param name="rows">Training rows, finite, [rows, dim], at least one; any type and device.</param>
    /// <param name="options">Options of the fit.</param>
    /// <returns>The mixture and the course of the fit; owned by the caller.</returns>
    /// <exception cref="ArgumentException">There are no rows or no columns, or a value is not finite.</exception>
    public static GaussianMixtureFit Fit(Tensor rows, GaussianMixtureOptions options)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(options);
        return GaussianMixtureFitting.Fit(rows, options);
    }

    /// <summary>Natural logarithm of the density at each row.</summary>
    /// <param name="rows">Points, [rows, dim], any type and device.</param>
    /// <returns>Log-densities in nats, [rows], float64 on the device of <paramref name="rows"/>; new.</returns>
    /// <exception cref="ArgumentException">The points have another dimension.</exception>
    public Tensor LogDensity(Tensor rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        if (rows.dim() != 2 || rows.shape[1] != Dim)
        {
            throw new ArgumentException($"Points are [rows, {Dim}] for this mixture, not [{string.Join(", ", rows.shape)}].", nameof(rows));
        }

        using var none = no_grad();
        using var scope = NewDisposeScope();
        var points = ToDoubles(rows);
        var count = points.shape[0];
        var result = empty([count], dtype: ScalarType.Float64);
        var atOnce = Math.Max(64, NumbersAtOnce / ((long)Components * Dim));
        for (var from = 0L; from < count; from += atOnce)
        {
            using var piece = NewDisposeScope();
            var length = Math.Min(atOnce, count - from);
            var joint = _state.JointLogDensity(points.narrow(0, from, length).t().contiguous());
            result.narrow(0, from, length).copy_(joint.logsumexp(0));
        }

        return result.to(rows.device).MoveToOuterDisposeScope();
    }

    /// <summary>Draws rows; the draw of a row depends on its number only, not on how many are asked for.</summary>
    /// <param name="stream">Where the draws come from.</param>
    /// <param name="count">Number of rows, not negative.</param>
    /// <param name="firstRow">Number of the first row.</param>
    /// <returns>Rows, [count, dim], float64; new.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> or <paramref name="firstRow"/> is out of range.</exception>
    public Tensor Sample(RandomStream stream, int count, long firstRow = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((long)count * Dim, Array.MaxLength, nameof(count));
        return GaussianMixtureSampling.Sample(_state, stream, count, firstRow);
    }

    /// <summary>Adds the parameters under the names <c>weights</c>, <c>means</c> and <c>covariances</c> behind a prefix; they stay owned by the mixture.</summary>
    /// <exception cref="ArgumentException">A name is taken.</exception>
    public void SerializeTo(IDictionary<string, Tensor> into, string prefix = "mixture.")
    {
        ArgumentNullException.ThrowIfNull(into);
        into.Add(prefix + "weights", Weights);
        into.Add(prefix + "means", Means);
        into.Add(prefix + "covariances", Covariances);
    }

    /// <summary>Makes a mixture of what <see cref="SerializeTo"/> stored; copies, and densities are bit for bit the stored mixture's.</summary>
    /// <exception cref="ArgumentException">A name is missing, or the parameters are no mixture.</exception>
    public static GaussianMixture FromTensors(IReadOnlyDictionary<string, Tensor> tensors, string prefix = "mixture.")
    {
        ArgumentNullException.ThrowIfNull(tensors);
        return new GaussianMixture(Find("weights"), Find("means"), Find("covariances"));

        Tensor Find(string name) => tensors.TryGetValue(prefix + name, out var found)
            ? found
            : throw new ArgumentException($"Tensor '{prefix + name}' is missing; a mixture has {prefix}weights, {prefix}means and {prefix}covariances.", nameof(tensors));
    }

    /// <summary>Frees the parameters.</summary>
    public void Dispose() => _state.Dispose();

    internal static Tensor ToDoubles(Tensor values) => values.detach().to(ScalarType.Float64, CPU).contiguous();

    private static void CheckShapes(Tensor weights, Tensor means, Tensor covariances)
    {
        var shape = means.shape;
        if (shape.Length != 2 || shape[0] < 1 || shape[1] < 1
            || !weights.shape.SequenceEqual([shape[0]])
            || !covariances.shape.SequenceEqual([shape[0], shape[1], shape[1]]))
        {
            throw new ArgumentException(
                $"A mixture has weights [components], means [components, dim] and covariances [components, dim, dim], not [{string.Join(", ", weights.shape)}], " +
                $"[{string.Join(", ", shape)}] and [{string.Join(", ", covariances.shape)}].",
                nameof(means));
        }
    }

    private static void CheckValues(Tensor weights, Tensor means, Tensor covariances)
    {
        // A sum that is not finite shows any number that is not, by infinities or NaN.
        var finite = double.IsFinite(means.abs().sum().item<double>()) && double.IsFinite(covariances.abs().sum().item<double>());
        if (!finite)
        {
            throw new ArgumentException("A mean or covariance is not finite.", nameof(means));
        }

        var sum = weights.sum().item<double>();
        if (!(weights.amin([0]).item<double>() >= 0 && Math.Abs(sum - 1) <= 1e-6))
        {
            throw new ArgumentException($"Weights must not be negative and must sum to 1; these sum to {sum:R}.", nameof(weights));
        }

        using Scalar half = 0.5;
        var (_, info) = linalg.cholesky_ex(covariances.add(covariances.mT, CachedScalars.One).mul_(half));
        if (info.abs().sum().item<long>() != 0)
        {
            throw new ArgumentException("A covariance is not positive definite.", nameof(covariances));
        }
    }
}
