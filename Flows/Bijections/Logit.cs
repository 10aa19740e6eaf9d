using FlowOde.Flows.Composition;
using FlowOde.Flows.Layers;
using FlowOde.Solvers.Vectors;
using TorchSharp;
using static TorchSharp.torch;

namespace FlowOde.Flows.Bijections;

/// <summary>v = log s − log(1 − s) with s = α + (1 − 2α)y, column by column: takes the cube [0, 1]^D to where a normal base can reach.</summary>
/// <remarks>
/// Dinh et al. 2017 (RealNVP), §4.1; Papamakarios et al. 2017, App. E. 1 − s is computed as α + (1 − 2α)(1 − y), so that neither border loses digits. The
/// inverse is honest: sampled rows may leave [0, 1] by α/(1 − 2α), and nothing is clipped.
/// </remarks>
public sealed class Logit : IFlow
{
    private readonly double _alpha;
    private readonly Scalar _alphaScalar;
    private readonly Scalar _slope;

    /// <summary>Makes the map.</summary>
    /// <param name="dimension">Number of columns D, at least 1.</param>
    /// <param name="alpha">α, at least 0 and below 1/2: how far the borders stay from 0 and 1, where the map is infinite.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public Logit(int dimension, double alpha)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimension, 1);
        (Dimension, _alpha) = (dimension, Checked(alpha));
        (_alphaScalar, _slope) = (CachedScalars.Of(alpha), CachedScalars.Of(1 - (2 * alpha)));
    }

    /// <inheritdoc/>
    public int Dimension { get; }

    /// <summary>No parameters.</summary>
    public FlatVector Parameters { get; } = new(VectorLayout.Empty, ScalarType.Float32);

    private double LogSlope => Dimension * Math.Log(1 - (2 * _alpha));

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A number is not within [0, 1], or lies on a border while α = 0.</exception>
    public FlowResult ToBase(Tensor data, FlowDraw draw)
    {
        using var scope = NewDisposeScope();
        var (lower, upper) = Shares(data);
        var (values, delta) = Map(lower, upper);
        return new(values.MoveToOuterDisposeScope(), delta.MoveToOuterDisposeScope(), new());
    }

    /// <inheritdoc/>
    public FlowResult ToData(Tensor latent, FlowDraw draw)
    {
        ArgumentNullException.ThrowIfNull(latent);
        using var scope = NewDisposeScope();
        using Scalar constant = LogSlope;

        // With s = σ(v), 1 − s is σ(−v).
        var delta = nn.functional.logsigmoid(-latent).add_(nn.functional.logsigmoid(latent), CachedScalars.One).neg_().sum([1L]).add_(constant, CachedScalars.One);
        return new(Generate(latent).Values.MoveToOuterDisposeScope(), delta.MoveToOuterDisposeScope(), new());
    }

    /// <inheritdoc/>
    public GeneratedRows Generate(Tensor latent, Tensor? context = null)
    {
        ArgumentNullException.ThrowIfNull(latent);
        using var scope = NewDisposeScope();
        return new(latent.sigmoid().sub_(_alphaScalar).div_(_slope).MoveToOuterDisposeScope(), new());
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A number is not within [0, 1], or lies on a border while α = 0.</exception>
    public RecordedFlow RecordToBase(Tensor data, FlowDraw draw)
    {
        using var scope = NewDisposeScope();
        var (lower, upper) = Shares(data);
        var (values, delta) = Map(lower, upper);
        return new RecordedBijection(
            new(values, delta, new()),
            (cotangent, _) =>
            {
                // dv/dy = (1 − 2α)(1/s + 1/(1 − s)), and dΔ/dy = (1 − 2α)(1/s − 1/(1 − s)).
                var column = cotangent.DeltaLogDensity.unsqueeze(1);
                return cotangent.Values.add(column, CachedScalars.One).div_(lower).add_(cotangent.Values.sub(column).div_(upper), CachedScalars.One).mul_(_slope);
            },
            lower,
            upper);
    }

    /// <summary>Refuses an α out of its range.</summary>
    internal static double Checked(double alpha) => alpha is >= 0 and < 0.5
        ? alpha
        : throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "The logit's alpha keeps images off its infinite borders; it lies in [0, 0.5), such as 1e-6 or 0.05.");

    /// <summary>s and 1 − s.</summary>
    private (Tensor Lower, Tensor Upper) Shares(Tensor data)
    {
        ArgumentNullException.ThrowIfNull(data);
        var lower = data.mul(_slope).add_(_alphaScalar, CachedScalars.One);
        var upper = data.neg().add_(CachedScalars.One, CachedScalars.One).mul_(_slope).add_(_alphaScalar, CachedScalars.One);
        double least = minimum(lower, upper).min().to(ScalarType.Float64).item<double>();
        if (!(least > 0) && data.NumberOfElements > 0)
        {
            var (from, to) = (data.min().to(ScalarType.Float64).item<double>(), data.max().to(ScalarType.Float64).item<double>());
            throw new ArgumentException($"The logit takes numbers within [0, 1]{(_alpha == 0 ? ", borders excluded as alpha is 0," : "")} and found {from:G6} to {to:G6}. Divide integer images by their number of levels, after adding noise.", nameof(data));
        }

        return (lower, upper);
    }

    private (Tensor Values, Tensor Delta) Map(Tensor lower, Tensor upper)
    {
        using Scalar constant = -LogSlope;
        var (log, logUpper) = (lower.log(), upper.log());
        return (log.sub(logUpper), log.add(logUpper, CachedScalars.One).sum([1L]).add_(constant, CachedScalars.One));
    }
}
