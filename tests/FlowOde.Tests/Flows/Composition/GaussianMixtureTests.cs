using FlowOde.Flows.Composition;
using FlowOde.Flows.Randomness;
using FlowOde.Flows.Storage;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Composition;

public sealed class GaussianMixtureTests : IDisposable
{
    private static readonly GaussianMixtureOptions _options = new() { Components = 3, Starts = 3, Seed = 5 };

    private readonly TorchSharp.DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Fit_WithOneComponent_GivesTheSampleMomentsAndTheirClosedFormLikelihood()
    {
        var rows = Normals(500, 3).mm(tensor(new double[,] { { 2, 0.5, 0 }, { 0, 1, -1 }, { 0, 0, 0.3 } })).Plus(tensor(new double[] { 100, -5, 0 }));
        using var fit = GaussianMixture.Fit(rows, _options with { Components = 1 });
        var mean = rows.mean([0]);
        var centred = rows - mean;
        var covariance = centred.t().mm(centred).Over(500);
        AssertClose(mean, fit.Mixture.Means[0], 1e-10);
        AssertClose(covariance, fit.Mixture.Covariances[0], 1e-10);

        // At the sample moments the mean log-density is −D/2 (1 + log 2π) − ½ log |S|.
        var expected = (-1.5 * (1 + Math.Log(Math.Tau))) - (0.5 * linalg.slogdet(covariance).Item2.item<double>());
        Assert.Equal(expected, fit.MeanLogDensities[^1], 1e-10);
        Assert.Equal(expected, fit.Mixture.LogDensity(rows).mean().item<double>(), 1e-10);
        Assert.True(fit.Converged);
    }

    [Fact]
    public void Fit_OfASeparatedMixture_RecoversIt()
    {
        const int count = 6000;
        using var truth = Separated();
        using var fit = GaussianMixture.Fit(truth.Sample(Stream(1), count), _options);
        var order = fit.Mixture.Means.select(1, 0).argsort();

        // Standard errors: weights 0.006, means 1/√1200 = 0.03, covariances √2/√1200 = 0.04, times the largest variance, 1.
        AssertClose(truth.Weights, fit.Mixture.Weights[order], 0.03);
        AssertClose(truth.Means, fit.Mixture.Means[order], 0.12);
        AssertClose(truth.Covariances, fit.Mixture.Covariances[order], 0.2);
    }

    [Theory]
    [InlineData("separated", 1e-6)]
    [InlineData("uniform", 1e-6)]
    [InlineData("uniform", 0.05)]
    [InlineData("duplicates", 1e-6)]
    [InlineData("separated", 0.02)]
    [InlineData("line", 1e-6)]
    public void Fit_AtEveryIteration_RaisesTheLikelihood(string data, double floor)
    {
        using var fit = GaussianMixture.Fit(Data(data, 400), _options with { Components = 6, Tolerance = 0, MaxIterations = 60, CovarianceFloor = floor });
        for (var i = 1; i < fit.MeanLogDensities.Count - 1; i++)
        {
            var gain = fit.MeanLogDensities[i] - fit.MeanLogDensities[i - 1];
            Assert.True(gain > -1e-9, $"Iteration {i} lost {-gain} nats.");
        }

        Assert.True(fit.MeanLogDensities.Count > 5);
    }

    [Theory]
    [InlineData("separated")]
    [InlineData("uniform")]
    [InlineData("duplicates")]
    [InlineData("line")]
    [InlineData("constant")]
    [InlineData("one value")]
    [InlineData("far away")]
    public void Fit_OfAnyRows_GivesAFiniteMixture(string data)
    {
        foreach (var count in new[] { 1, 2, 5, 200 })
        {
            var rows = Data(data, count);
            using var fit = GaussianMixture.Fit(rows, _options with { Components = 10 });
            var density = fit.Mixture.LogDensity(rows);
            Assert.True(density.isfinite().all().item<bool>(), $"{data}, {count} rows: {density}");
            Assert.True(fit.Mixture.Means.isfinite().all().item<bool>() && fit.Mixture.Covariances.isfinite().all().item<bool>());
            Assert.Equal(10, fit.RequestedComponents);
            Assert.InRange(fit.Components, 1, Math.Max(1, (count - 1) / 3));
        }
    }

    [Fact]
    public void Fit_OfTwoDistinctPoints_UsesNoMoreComponentsThanPoints()
    {
        var rows = tensor(new double[,] { { 0, 0 }, { 1, 2 } }).repeat([50, 1]);
        using var fit = GaussianMixture.Fit(rows, _options with { Components = 10 });
        Assert.Equal(2, fit.Components);

        // Each point carries half the weight and a Gaussian at the floor in standard units, where both columns have deviation ½ and 1.
        var expected = Math.Log(0.5) - Math.Log(Math.Tau) - Math.Log(1e-6) - Math.Log(0.5 * 1);
        Assert.Equal(expected, fit.MeanLogDensities[^1], 1e-6);
    }

    [Fact]
    public void Fit_OfTheSameRowsInAnotherOrder_GivesTheSameMixture()
    {
        var rows = Data("uniform", 500);
        var order = tensor(Stream(9).Permutation(500));
        using var there = GaussianMixture.Fit(rows, _options);
        using var back = GaussianMixture.Fit(rows[order], _options);
        AssertClose(there.Mixture.LogDensity(rows), back.Mixture.LogDensity(rows), 0);
    }

    [Fact]
    public void Fit_WithTheSameSeed_GivesTheSameBits()
    {
        var rows = Data("uniform", 300);
        using var first = GaussianMixture.Fit(rows, _options);
        using var second = GaussianMixture.Fit(rows, _options);
        using var other = GaussianMixture.Fit(rows, _options with { Seed = 6 });
        Assert.Equal(first.StartScores, second.StartScores);
        Assert.NotEqual(first.StartScores, other.StartScores);
        Assert.Equal(first.StartScores.Max(), first.MeanLogDensities[^1]);
    }

    [Fact]
    public void Fit_InOtherUnits_ShiftsTheLogDensityByTheLogVolume()
    {
        var rows = Data("separated", 400);
        double[] scale = [1e-7, 3e5];
        var scaled = (rows * tensor(scale)).Plus(tensor(new double[] { 1e-3, -4e8 }));
        using var plain = GaussianMixture.Fit(rows, _options);
        using var other = GaussianMixture.Fit(scaled, _options);
        var shift = Math.Log(scale[0] * scale[1]);

        // The offset costs digits: 4e8 against a deviation of 1e6 leaves 13 of them.
        AssertClose(plain.Mixture.LogDensity(rows).Minus(shift), other.Mixture.LogDensity(scaled), 1e-6);
    }

    [Fact]
    public void LogDensity_InTwoDimensions_IntegratesToOne()
    {
        using var fit = GaussianMixture.Fit(Data("separated", 1000), _options);
        var axis = Arange(-12, 20, 0.05, dtype: ScalarType.Float64);
        var grid = cartesian_prod(axis, axis);
        var integral = fit.Mixture.LogDensity(grid).exp().sum().item<double>() * 0.05 * 0.05;

        // The trapezoidal rule on a smooth density that vanishes at the border errs by rounding only.
        Assert.Equal(1, integral, 1e-9);
    }

    [Fact]
    public void LogDensity_OfAPoint_AgreesWithTheFormula()
    {
        using var mixture = new GaussianMixture(tensor(new[] { 0.25, 0.75 }), tensor(new double[,] { { -1 }, { 2 } }), tensor(new double[,,] { { { 4 } }, { { 0.25 } } }));
        double[] points = [-3, 0, 1.7, 500];
        var found = mixture.LogDensity(tensor(points).unsqueeze(1));
        for (var i = 0; i < 3; i++)
        {
            var density = (0.25 * Gaussian(points[i], -1, 2)) + (0.75 * Gaussian(points[i], 2, 0.5));
            Assert.Equal(Math.Log(density), found[i].item<double>(), 1e-13);
        }

        // Far out the densities underflow, their logarithms do not: the wide component is alone there.
        var far = Math.Log(0.25) - Math.Log(2 * Math.Sqrt(Math.Tau)) - (501.0 * 501 / 8);
        Assert.Equal(far, found[3].item<double>(), 1e-8);

        static double Gaussian(double x, double mean, double deviation) =>
            Math.Exp(-(x - mean) * (x - mean) / (2 * deviation * deviation)) / (deviation * Math.Sqrt(Math.Tau));
    }

    [Fact]
    public void LogDensity_OfSinglePrecisionRowsInPieces_AgreesWithSinglesRows()
    {
        using var truth = Separated();
        var rows = truth.Sample(Stream(2), 100_000).to(ScalarType.Float32);
        var all = truth.LogDensity(rows);
        Assert.Equal(ScalarType.Float64, all.dtype);
        foreach (var at in new[] { 0, 43_690, 43_691, 99_999 })
        {
            AssertClose(truth.LogDensity(rows.narrow(0, at, 1)), all.narrow(0, at, 1), 1e-12);
        }

        Assert.Equal([0], truth.LogDensity(rows.narrow(0, 0, 0)).shape);
    }

    [Fact]
    public void Sample_OfManyRows_HasTheMixturesMoments()
    {
        const int count = 40_000;
        using var truth = Separated();
        var rows = truth.Sample(Stream(3), count);
        var mean = truth.Weights.unsqueeze(0).mm(truth.Means).squeeze(0);
        var second = truth.Covariances.Plus(truth.Means.unsqueeze(2) * truth.Means.unsqueeze(1)).mul(truth.Weights.view(-1, 1, 1)).sum([0]);

        // Five standard errors: the columns have deviations near 4 and 5, their squares near 35.
        AssertClose(mean, rows.mean([0]), 5 * 5 / Math.Sqrt(count));
        AssertClose(second, rows.t().mm(rows).Over(count), 5 * 35 / Math.Sqrt(count));
    }

    [Fact]
    public void Sample_OfFewerOrLaterRows_GivesThoseRowsOfTheLongerDraw()
    {
        using var truth = Separated();
        var all = truth.Sample(Stream(4), 100);
        AssertClose(all.narrow(0, 0, 7), truth.Sample(Stream(4), 7), 0);
        AssertClose(all.narrow(0, 60, 40), truth.Sample(Stream(4), 40, firstRow: 60), 0);
        Assert.Equal([0, 2], truth.Sample(Stream(4), 0).shape);
    }

    [Fact]
    public void FromTensors_OfWhatWasStored_GivesTheSameDensitiesBitForBit()
    {
        var rows = Data("uniform", 300);
        using var fit = GaussianMixture.Fit(rows, _options);
        var tensors = new Dictionary<string, Tensor>();
        fit.Mixture.SerializeTo(tensors, "base.");
        using var stream = new MemoryStream();
        SafetensorsWriter.Write(stream, [.. tensors.Select(t => (t.Key, t.Value))], new Dictionary<string, string>());
        stream.Position = 0;
        using var file = SafetensorsReader.Read(stream);
        using var loaded = GaussianMixture.FromTensors(file.Tensors, "base.");
        AssertClose(fit.Mixture.LogDensity(rows), loaded.LogDensity(rows), 0);
        Assert.Contains("'mixture.weights'", Assert.Throws<ArgumentException>(() => GaussianMixture.FromTensors(file.Tensors)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Constructor_OfImpossibleParameters_SaysSo()
    {
        var (weights, means, covariances) = (tensor(new[] { 1.0 }), zeros(1, 2, dtype: ScalarType.Float64), eye(2, dtype: ScalarType.Float64).unsqueeze(0));
        Assert.Throws<ArgumentException>("weights", () => new GaussianMixture(weights.Times(0.9), means, covariances));
        Assert.Throws<ArgumentException>("means", () => new GaussianMixture(weights, means.squeeze(0), covariances));
        Assert.Throws<ArgumentException>("means", () => new GaussianMixture(weights, means.Over(0), covariances));
        Assert.Throws<ArgumentException>("covariances", () => new GaussianMixture(weights, means, covariances.Times(-1)));
        using var mixture = new GaussianMixture(weights, means, covariances);
        Assert.Throws<ArgumentException>("rows", () => mixture.LogDensity(zeros(4, 3)));
    }

    [Fact]
    public void Fit_OfRowsWithoutNumbers_NamesThePlace()
    {
        var rows = zeros(3, 2, dtype: ScalarType.Float64);
        rows[1, 1] = double.NaN;
        Assert.Contains("Row 1, column 1", Assert.Throws<ArgumentException>(() => GaussianMixture.Fit(rows, _options)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>("rows", () => GaussianMixture.Fit(zeros(0, 2), _options));
        Assert.Throws<ArgumentException>("rows", () => GaussianMixture.Fit(zeros(5), _options));
        Assert.Throws<ArgumentOutOfRangeException>(() => _options with { CovarianceFloor = 0 });
    }

    [Fact]
    public void Fit_AndScore_LeaveNoTensorsBehind()
    {
        var rows = Data("separated", 200);
        Once();
        var before = TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Once();
        Assert.Equal(before, TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount);

        void Once()
        {
            using var fit = GaussianMixture.Fit(rows, _options);
            using var density = fit.Mixture.LogDensity(rows);
            using var sample = fit.Mixture.Sample(Stream(1), 5);
        }
    }

    private static GaussianMixture Separated() => new(
        tensor(new[] { 0.2, 0.3, 0.5 }),
        tensor(new double[,] { { -4, 0 }, { 0, 8 }, { 6, -2 } }),
        tensor(new double[,,] { { { 1, 0 }, { 0, 0.25 } }, { { 0.5, 0.3 }, { 0.3, 0.5 } }, { { 1, -0.8 }, { -0.8, 1 } } }));

    private static Tensor Data(string kind, int count)
    {
        using var truth = Separated();
        var separated = truth.Sample(Stream(6), count);
        return kind switch
        {
            "separated" => separated,
            "uniform" => Uniforms(count, 2),
            "duplicates" => separated.round(),
            "line" => separated.narrow(1, 0, 1).repeat([1, 2]),
            "constant" => cat([separated.narrow(1, 0, 1), FullLike(separated.narrow(1, 0, 1), 0.1)], 1),
            "one value" => FullLike(separated, 1e20 / 3),
            _ => separated.Plus(1e9),
        };
    }

    private static RandomStream Stream(long step) => new(77, RandomPurpose.Toy, step);

    private static Tensor Normals(int count, int dim)
    {
        var values = new double[count * dim];
        Stream(11).FillNormal([.. Enumerable.Range(0, count).Select(i => (long)i)], dim, values.AsSpan());
        return tensor(values, [count, dim]);
    }

    private static Tensor Uniforms(int count, int dim)
    {
        var values = new double[count * dim];
        Stream(12).FillUniform([.. Enumerable.Range(0, count).Select(i => (long)i)], dim, values.AsSpan());
        return tensor(values, [count, dim]);
    }

    private static void AssertClose(Tensor expected, Tensor actual, double tolerance)
    {
        Assert.Equal(expected.shape, actual.shape);
        var error = (expected - actual).abs().max().item<double>();
        Assert.True(error <= tolerance, $"Differs by {error}, more than {tolerance}: {expected} and {actual}.");
    }
}
