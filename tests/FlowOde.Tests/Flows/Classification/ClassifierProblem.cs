using FlowOde.Flows.Classification;
using FlowOde.Flows.Randomness;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Classification;

/// <summary>Images of 8 × 8 pixels with noise and a bright quarter, whose place is their class.</summary>
internal static class ClassifierProblem
{
    public static ClassifierOptions Options { get; } = new() { Image = new(1, 8, 8), Classes = 4, Channels = [8, 16], Features = 24 };

    public static ClassifierTraining Usual { get; } = new() { Steps = 60, BatchSize = 32, Rate = 5e-3 };

    public static (Tensor Images, int[] Labels) Draw(int count, int number)
    {
        var noise = new double[count * 64];
        new RandomSource(3).Stream(RandomPurpose.Sample, number).FillNormal<double>([.. Enumerable.Range(0, count).Select(i => (long)i)], 64, noise);
        var images = tensor(noise).view(count, 1, 8, 8).Times(30).Plus(100);
        int[] labels = [.. Enumerable.Range(0, count).Select(i => i * 7 % 4)];
        for (int i = 0; i < count; i++)
        {
            images[i, 0].narrow(0, labels[i] / 2 * 4, 4).narrow(1, labels[i] % 2 * 4, 4).Shift(40);
        }

        return (images, labels);
    }

    public static ImageClassifier Train(ClassifierTraining? training = null, ulong seed = 1, IProgress<ClassifierProgress>? progress = null)
    {
        var (images, labels) = Draw(400, 0);
        return ImageClassifier.Train(Options, training ?? Usual, images, labels, new(seed), progress);
    }

    public static double Accuracy(ImageClassifier classifier, Tensor images, IReadOnlyList<int> labels) =>
        classifier.Classify(images).Zip(labels, (found, label) => found == label ? 1.0 : 0).Average();
}
