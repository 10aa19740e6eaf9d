using System.Text.Json.Nodes;
using FlowOde.Cli.Reporting;
using FlowOde.Cli.Runs;
using FlowOde.Cli.Training;
using FlowOde.Flows.Classification;
using FlowOde.Samplers.Quality;
using FlowOde.Samplers.Scoring;
using static TorchSharp.torch;

namespace FlowOde.Cli.Quality;

/// <summary>How good samples of images are, by a classifier of the run's own data and by pixels; no weights from elsewhere.</summary>
/// <param name="Accuracy">The share of real test images that the classifier recognises; null where images have no classes.</param>
/// <param name="Recognised">The share of samples that it takes for the class they were drawn for; null where the model knows no classes.</param>
/// <param name="Kernel">The squared kernel discrepancy of features, polynomial kernel of degree 3; of pixels where there is no classifier.</param>
/// <param name="Frechet">The Fréchet distance of features; of pixels where there is no classifier. Of as many samples as there are real images in <paramref name="RealFrechet"/>, since it depends on their number.</param>
/// <param name="RealKernel">The same discrepancy between validation and test images, which is that of a perfect model.</param>
/// <param name="RealFrechet">The same distance between validation and test images, as many of either.</param>
/// <param name="Memorization">Distances to the nearest training images, by pixels.</param>
/// <param name="Samples">How many samples were drawn.</param>
internal sealed record QualityMeasures(Proportion? Accuracy, RecognitionScore? Recognised, DiscrepancyScore Kernel, FrechetScore Frechet, DiscrepancyScore RealKernel, FrechetScore RealFrechet, MemorizationScore Memorization, int Samples)
{
    /// <summary>How many images of either kind the Fréchet distances are of.</summary>
    public required long FrechetImages { get; init; }

    /// <summary>Measures samples.</summary>
    /// <param name="samples">The samples, with the classes they were drawn for.</param>
    /// <param name="data">The run's data.</param>
    /// <param name="classifier">A classifier of them, or null where they have no classes.</param>
    public static QualityMeasures Of(DataPart samples, ImageTrainingData data, ImageClassifier? classifier)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        Tensor Pixels(DataPart part) => tensor(part.Values, part.Rows, part.Dimension, dtype: ScalarType.Float32);
        using TorchSharp.Scalar unit = 1.0 / (data.Image!.Levels - 1);
        Tensor Features(Tensor pixels) => classifier?.Features(pixels) ?? pixels * unit;
        var (drawn, test, validation) = (Pixels(samples), Pixels(data.Test), Pixels(data.Validation));
        var (ofDrawn, ofTest, ofValidation) = (Features(drawn), Features(test), Features(validation));
        var kernel = new PolynomialKernel();
        bool isConditional = classifier is not null && Array.TrueForAll(samples.Labels, label => label >= 0);
        int[] found = classifier is null ? [] : classifier.Classify(test);
        long each = Math.Min(ofDrawn.size(0), Math.Min(ofTest.size(0), ofValidation.size(0)));
        Tensor Some(Tensor features) => features.narrow(0, 0, each);
        return new(
            classifier is null ? null : new(found.Zip(data.Test.Labels, (a, b) => a == b ? 1L : 0).Sum(), found.Length),
            isConditional ? RecognitionScore.Of(samples.Labels, classifier!.Classify(drawn), classifier.Options.Classes) : null,
            KernelDiscrepancy.Of(ofDrawn, ofTest, kernel),
            FrechetDistance.Of(Some(ofDrawn), Some(ofTest)),
            KernelDiscrepancy.Of(ofValidation, ofTest, kernel),
            FrechetDistance.Of(Some(ofValidation), Some(ofTest)),
            MemorizationCheck.Of(drawn, data.SeenImages(), test),
            samples.Rows)
        { FrechetImages = each };
    }

    /// <summary>The measures as an object.</summary>
    /// <param name="image">The run's images.</param>
    public JsonObject ToJson(RunImage image)
    {
        var report = new JsonObject { ["samples"] = Samples };
        if (Accuracy is not null)
        {
            report["classifierAccuracy"] = Share(Accuracy);
        }

        if (Recognised is not null)
        {
            report["recognised"] = Share(Recognised.All);
            report["recognisedByClass"] = new JsonObject([.. Recognised.ByClass.Select((share, label) => KeyValuePair.Create<string, JsonNode?>(image.Classes[label], share is null ? null : RunJson.Number(share.Share)))]);
        }

        report["features"] = Accuracy is null ? "pixels" : "classifier";
        report["kernelDiscrepancy"] = new JsonObject { ["samples"] = RunReport.Score(new MeanScore(Kernel.Squared, Kernel.StandardError), null), ["realImages"] = RunReport.Score(new MeanScore(RealKernel.Squared, RealKernel.StandardError), null) };
        report["frechetDistance"] = new JsonObject { ["images"] = FrechetImages, ["samples"] = RunJson.Number(Frechet.Distance), ["samplesExtrapolated"] = (Frechet.Extrapolated is { } ofSamples ? RunJson.Number(ofSamples) : null), ["realImages"] = RunJson.Number(RealFrechet.Distance), ["realImagesExtrapolated"] = (RealFrechet.Extrapolated is { } ofReal ? RunJson.Number(ofReal) : null) };
        report["nearestTrainingImage"] = new JsonObject
        {
            ["distanceRatio"] = RunJson.Number(Memorization.Ratio),
            ["shareNearerThanHeldOut"] = RunJson.Number(Memorization.ShareNearer),
            ["pValue"] = RunJson.Number(Memorization.PValue),
            ["copies"] = RunJson.Number(Memorization.CopyShare),
        };
        return report;
    }

    private static JsonObject Share(Proportion share) => new() { ["share"] = RunJson.Number(share.Share), ["low"] = RunJson.Number(share.Low), ["high"] = RunJson.Number(share.High), ["of"] = share.Trials };
}
