using FlowOde.Flows.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace FlowOde.Flows.Composition;

/// <summary>Expectation maximisation (Dempster, Laird and Rubin 1977) for full covariances, on standardised rows; one-pass batched products.</summary>
/// <remarks>
/// Covariances are kept at or above ε I by raising their small eigenvalues to ε: the exact maximum of the M step under that constraint, so the
/// likelihood never falls. A ridge would not have that property.
/// </remarks>
internal sealed class GaussianMixtureEm : IDisposable
{
    // Numbers held at once by the largest temporary: 1 MB of doubles stays in cache.
    private const long NumbersAtOnce = 1 << 17;

    private static readonly Scalar _tinyCount = 1e-10;
    private static readonly Scalar _one = 1.0;

    private readonly Tensor _rows;
    private readonly Tensor _columns;
    private readonly Scalar _floor;

    public GaussianMixtureEm(double[] rows, int dim, double floor)
    {
        using var scope = NewDisposeScope();
        _rows = tensor(rows).view(-1, dim).DetachFromDisposeScope();
        _columns = _rows.t().contiguous().DetachFromDisposeScope();
        _floor = floor;
    }

    /// <summary>Runs from an assignment of rows to components until an iteration gains less than the tolerance.</summary>
    /// <returns>The parameters, owned by the caller, with the mean log-densities of the iterations; the last belongs to the parameters.</returns>
    public (GaussianMixtureState State, List<double> Scores, bool Converged) Run(int[] assignment, int components, GaussianMixtureOptions options)
    {
        var scores = new List<double>();
        var state = Start(assignment, components);
        while (true)
        {
            var (score, next) = Iterate(state);
            scores.Add(score);
            var gain = scores.Count > 1 ? score - scores[^2] : double.PositiveInfinity;
            var converged = !(gain >= options.Tolerance);
            if (converged || scores.Count > options.MaxIterations)
            {
                next.Dispose();
                return (state, scores, converged);
            }

            state.Dispose();
            state = next;
        }
    }

    public void Dispose()
    {
        _rows.Dispose();
        _columns.Dispose();
        _floor.Dispose();
    }

    private GaussianMixtureState Start(int[] assignment, int components)
    {
        using var scope = NewDisposeScope();
        var index = tensor(assignment, dtype: ScalarType.Int64).unsqueeze_(0);
        var responsibilities = zeros([components, assignment.Length], dtype: ScalarType.Float64).scatter_(0, index, ones_like(index, dtype: ScalarType.Float64));
        var sums = Sums.Zero(components, _rows.shape[1]);
        foreach (var (from, count) in Pieces(components))
        {
            sums.Add(responsibilities.narrow(1, from, count), _rows.narrow(0, from, count), _columns.narrow(1, from, count));
        }

        return Maximize(sums);
    }

    // One pass: the score of these parameters, and the parameters that the M step makes of their responsibilities.
    private (double Score, GaussianMixtureState Next) Iterate(GaussianMixtureState state)
    {
        using var scope = NewDisposeScope();
        var components = state.Weights.shape[0];
        var sums = Sums.Zero(components, _rows.shape[1]);
        var total = zeros(1, dtype: ScalarType.Float64);
        foreach (var (from, count) in Pieces(components))
        {
            using var piece = NewDisposeScope();
            var columns = _columns.narrow(1, from, count);
            var joint = state.JointLogDensity(columns);
            var largest = joint.amax([0], keepdim: true);
            var responsibilities = joint.sub_(largest).exp_();
            var density = responsibilities.sum(0, keepdim: true);
            responsibilities.div_(density);
            total.add_(density.log_().add_(largest, CachedScalars.One).sum(), CachedScalars.One);
            sums.Add(responsibilities, _rows.narrow(0, from, count), columns);
        }

        return (total.item<double>() / _rows.shape[0], Maximize(sums));
    }

    private GaussianMixtureState Maximize(Sums sums)
    {
        using var scope = NewDisposeScope();
        var counts = sums.Counts.clamp_min(_tinyCount);
        using Scalar perRow = 1.0 / _rows.shape[0];
        var weights = sums.Counts.mul(perRow);
        var means = sums.First / counts.unsqueeze(1);
        var covariances = sums.Second.view(means.shape[0], means.shape[1], means.shape[1]) / counts.view(-1, 1, 1);
        covariances.sub_(means.unsqueeze(2) * means.unsqueeze(1));
        RaiseToFloor(covariances);
        return new GaussianMixtureState(weights, means, covariances);
    }

    private void RaiseToFloor(Tensor covariances)
    {
        using var scope = NewDisposeScope();
        var identity = eye(covariances.shape[1], dtype: ScalarType.Float64).mul_(_floor);
        var (_, info) = linalg.cholesky_ex(covariances.sub(identity));
        var below = info.nonzero().view(-1);
        if (below.shape[0] > 0)
        {
            var (eigenvalues, vectors) = linalg.eigh(covariances.index_select(0, below));
            covariances.index_copy_(0, below, (vectors * eigenvalues.clamp_min_(_floor).unsqueeze(1)).bmm(vectors.mT));
        }
    }

    private IEnumerable<(long From, long Count)> Pieces(long components)
    {
        var (count, dim) = (_rows.shape[0], _rows.shape[1]);
        var atOnce = Math.Max(64, NumbersAtOnce / (components * dim));
        for (var from = 0L; from < count; from += atOnce)
        {
            yield return (from, Math.Min(atOnce, count - from));
        }
    }

    /// <summary>Σ r, Σ r x and Σ r x x⊤ of each component.</summary>
    private sealed record Sums(Tensor Counts, Tensor First, Tensor Second)
    {
        public static Sums Zero(long components, long dim) => new(
            zeros([components], dtype: ScalarType.Float64),
            zeros([components, dim], dtype: ScalarType.Float64),
            zeros([components * dim, dim], dtype: ScalarType.Float64));

        public void Add(Tensor responsibilities, Tensor rows, Tensor columns)
        {
            using var scope = NewDisposeScope();
            var weighted = responsibilities.unsqueeze(1) * columns.unsqueeze(0);
            Counts.add_(responsibilities.sum(1), _one);
            First.addmm_(responsibilities, rows, 1, 1);
            Second.addmm_(weighted.view(Second.shape[0], -1), rows, 1, 1);
        }
    }
}
