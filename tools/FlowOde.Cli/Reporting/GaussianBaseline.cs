using FlowOde.Cli.Training;
using FlowOde.Flows.Bijections;
using FlowOde.Flows.Composition;
using FlowOde.Flows.Randomness;
using FlowOde.Samplers.Scoring;
using static TorchSharp.torch;

namespace FlowOde.Cli.Reporting;

/// <summary>What a normal density of the pixels' logits makes of images, in bits per dimension: what a model of images should beat.</summary>
/// <param name="Full">With the covariance of all pixels; null where there are fewer than twice as many training images as numbers in one, which say too little about it.</param>
/// <param name="Diagonal">With pixels on their own.</param>
internal sealed record GaussianBaseline(MeanScore? Full, MeanScore Diagonal)
{
    /// <summary>α of the logit.</summary>
    public const double Alpha = 1e-6;

    private const int LeastRatio = 2; // of images to numbers in one

    /// <summary>Fits both to training images and scores others.</summary>
    /// <param name="train">The training images.</param>
    /// <param name="test">The images that are scored.</param>
    /// <param name="levels">Their number of levels.</param>
    /// <param name="random">The draws of the noise.</param>
    public static GaussianBaseline Fit(DataPart train, DataPart test, int levels, RandomSource random)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        using TorchSharp.Scalar share = 1.0 / train.Rows, half = 0.5, one = 1.0;
        var dequantization = new Dequantization(levels);
        var (unit, logit) = (dequantization.Unit(train.Dimension), new Logit(train.Dimension, Alpha));
        var (rows, _) = Logits(train);
        var (held, delta) = Logits(test);
        var mean = rows.mean([0], keepdim: true);
        var centred = rows - mean;
        var variance = (centred * centred).sum([0]) * share;
        return new(
            train.Rows < LeastRatio * train.Dimension ? null : Full(),
            Bits(StandardNormal.LogDensity((held - mean) / variance.sqrt()) - (variance.log().sum() * half) - delta));

        MeanScore Full()
        {
            var factor = linalg.cholesky(centred.t().mm(centred) * share);
            var whole = linalg.solve_triangular(factor, (held - mean).t(), upper: false).t();
            return Bits(StandardNormal.LogDensity(whole) - factor.diagonal().log().sum() - delta);
        }

        (Tensor Values, Tensor Delta) Logits(DataPart part)
        {
            long[] numbers = [.. Enumerable.Range(0, part.Rows).Select(row => (long)row)];
            var noisy = dequantization.Spread(tensor(part.Values, part.Rows, part.Dimension), numbers, random.Stream(RandomPurpose.Evaluation, 0));
            var draw = new FlowDraw(random, RandomPurpose.Evaluation, 0, numbers);
            var first = unit.ToBase(noisy, draw);
            var second = logit.ToBase(first.Values, draw);
            return (second.Values, first.DeltaLogDensity.add(second.DeltaLogDensity, one));
        }

        MeanScore Bits(Tensor logDensity) => MeanScore.Of([.. logDensity.data<double>().Select(value => BitsPerDim.FromNats(-value, train.Dimension))]);
    }
}
