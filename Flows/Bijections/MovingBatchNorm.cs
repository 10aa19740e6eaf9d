using FlowOde.Flows.Composition;
using FlowOde.Flows.Layers;
using FlowOde.Solvers.Vectors;
using TorchSharp;
using static TorchSharp.torch;

namespace FlowOde.Flows.Bijections;

/// <summary>
/// y = (x − μ)(v + ε)^(−1/2) e^γ + β with learned γ and β, and μ and v running means and variances over batch and pixels, one of each a channel; a table's
/// columns are channels of one pixel.
/// </summary>
/// <remarks>
/// Grathwohl et al. 2019 (FFJORD), code, with <c>bn_lag</c> 0: training uses the statistics of the batches before, so the map is a fixed affine one, the
/// same as in scoring, and its log-determinant P·Σ(γ − ½ log(v + ε)) exact. Variances divide by the count less one.
/// </remarks>
public sealed class MovingBatchNorm : IFlow, IRunningStatistics
{
    /// <summary>ε, which bounds the factor of a channel that hardly varies.</summary>
    public const double Epsilon = 1e-4;

    /// <summary>The share of a batch in the running statistics.</summary>
    public const double Decay = 0.1;

    private readonly FlatVector _statistics;
    private readonly long _channels;
    private readonly long _pixels;

    /// <summary>Makes the map.</summary>
    /// <param name="channels">Number of channels, at least 1.</param>
    /// <param name="pixels">Number of pixels P of a channel, at least 1; 1 for a table's columns.</param>
    /// <param name="parameters">γ and β, in <see cref="ParameterLayout"/>; read whenever the map is used. Belong to the caller.</param>
    /// <param name="statistics">μ and v, in <see cref="StatisticsLayout"/>; read likewise, and moved by <see cref="Commit"/>. Belong to the caller.</param>
    /// <exception cref="ArgumentException">A vector has another layout.</exception>
    public MovingBatchNorm(long channels, long pixels, FlatVector parameters, FlatVector statistics)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(statistics);
        ArgumentOutOfRangeException.ThrowIfLessThan(pixels, 1);
        if (!parameters.Layout.Equals(ParameterLayout(channels)) || !statistics.Layout.Equals(StatisticsLayout(channels)))
        {
            throw new ArgumentException($"A norm of {channels} channels has parameters ({ParameterLayout(channels)}) and statistics ({StatisticsLayout(channels)}); found ({parameters.Layout}) and ({statistics.Layout}).", nameof(parameters));
        }

        (_channels, _pixels, Parameters, _statistics) = (channels, pixels, parameters, statistics);
    }

    /// <inheritdoc/>
    public int Dimension => checked((int)(_channels * _pixels));

    /// <inheritdoc/>
    public FlatVector Parameters { get; }

    /// <inheritdoc/>
    public int MomentCount => 1;

    /// <summary>The layout of γ and β.</summary>
    /// <param name="channels">Number of channels, at least 1.</param>
    public static VectorLayout ParameterLayout(long channels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        return new(new("logScale", channels), new("shift", channels));
    }

    /// <summary>The layout of μ and v.</summary>
    /// <param name="channels">Number of channels, at least 1.</param>
    public static VectorLayout StatisticsLayout(long channels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        return new(new("mean", channels), new("variance", channels));
    }

    /// <summary>Sets statistics to those before the first batch: means 0, variances 1.</summary>
    /// <param name="intoStatistics">Overwritten, in <see cref="StatisticsLayout"/>.</param>
    public static void Initialize(FlatVector intoStatistics)
    {
        ArgumentNullException.ThrowIfNull(intoStatistics);
        intoStatistics.Clear();
        intoStatistics["variance"].fill_(CachedScalars.One);
    }

    /// <inheritdoc/>
    public FlowResult ToBase(Tensor data, FlowDraw draw)
    {
        using var scope = NewDisposeScope();
        var values = Images(data).sub(_statistics[0].view(-1, 1)).mul_(Scale()).add_(Parameters[1].view(-1, 1), CachedScalars.One).view(-1, Dimension);
        return new(values.MoveToOuterDisposeScope(), Delta(data, CachedScalars.MinusOne).MoveToOuterDisposeScope(), new());
    }

    /// <inheritdoc/>
    public FlowResult ToData(Tensor latent, FlowDraw draw)
    {
        using var scope = NewDisposeScope();
        return new(Generate(latent).Values.MoveToOuterDisposeScope(), Delta(latent, CachedScalars.One).MoveToOuterDisposeScope(), new());
    }

    /// <inheritdoc/>
    public GeneratedRows Generate(Tensor latent, Tensor? context = null)
    {
        using var scope = NewDisposeScope();
        return new(Images(latent).sub(Parameters[1].view(-1, 1)).div_(Scale()).add_(_statistics[0].view(-1, 1), CachedScalars.One).view(-1, Dimension).MoveToOuterDisposeScope(), new());
    }

    /// <inheritdoc/>
    public RecordedFlow RecordToBase(Tensor data, FlowDraw draw)
    {
        using var scope = NewDisposeScope();
        var (result, scale) = (ToBase(data, draw), Scale());
        return new RecordedBijection(result, Pullback, scale) { Proposed = [Moments(data)] };

        Tensor Pullback(FlowCotangent cotangent, FlatVector intoGradient)
        {
            // ∂y/∂γ = y − β and ∂Δ/∂γ = −P; ∂y/∂β = 1.
            var images = Images(cotangent.Values);
            using Scalar weight = -_pixels;
            var moved = Images(result.Values).sub(Parameters[1].view(-1, 1)).mul_(images).sum([0L, 2L]);
            intoGradient[0].add_(moved.add_(cotangent.DeltaLogDensity.sum(), weight), CachedScalars.One);
            intoGradient[1].add_(images.sum([0L, 2L]), CachedScalars.One);
            return images.mul(scale).view(-1, Dimension);
        }
    }

    /// <inheritdoc/>
    public void Commit(IReadOnlyList<BatchMoments> proposed)
    {
        ArgumentNullException.ThrowIfNull(proposed);
        if (proposed.Count != 1 || proposed[0].Mean.Count != _channels)
        {
            throw new ArgumentException($"A norm of {_channels} channels takes one proposal of as many means; got [{string.Join(", ", proposed.Select(p => p.Mean.Count))}].", nameof(proposed));
        }

        using var scope = NewDisposeScope();
        Move(_statistics[0], proposed[0].Mean);
        if (proposed[0].Count > 1) // one number has no variance
        {
            Move(_statistics[1], [.. proposed[0].SquaredDeviations.Select(sum => sum / (proposed[0].Count - 1))]);
        }
    }

    private static void Move(Tensor running, IReadOnlyList<double> batch) =>
        running.add_(tensor(batch.ToArray(), dtype: running.dtype, device: running.device).sub_(running), CachedScalars.Of(Decay));

    private Tensor Images(Tensor rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return rows.reshape(-1, _channels, _pixels);
    }

    /// <summary>(v + ε)^(−1/2) e^γ, [channels, 1].</summary>
    private Tensor Scale() => _statistics[1].add(CachedScalars.Of(Epsilon), CachedScalars.One).rsqrt_().mul_(Parameters[0].exp()).view(-1, 1);

    /// <summary>The log-determinant times a sign, for each row.</summary>
    private Tensor Delta(Tensor like, Scalar sign)
    {
        using Scalar pixels = _pixels;
        var log = _statistics[1].add(CachedScalars.Of(Epsilon), CachedScalars.One).log_().mul_(CachedScalars.Of(-0.5)).add_(Parameters[0], CachedScalars.One).sum().mul_(pixels).mul_(sign);
        return log.expand(like.shape[0]).clone();
    }

    private BatchMoments Moments(Tensor data)
    {
        var images = Images(data).to(ScalarType.Float64);
        var mean = images.mean([0L, 2L], keepdim: true);
        var squares = (images - mean).pow(CachedScalars.Two).sum([0L, 2L]);
        return new(data.shape[0] * _pixels, mean.view(-1).cpu().data<double>().ToArray(), squares.cpu().data<double>().ToArray());
    }
}
