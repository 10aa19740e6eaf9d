using FlowOde.Data.Sources;
using FlowOde.Data.Tables;
using FlowOde.Flows.Classification;
using static FlowOde.Tests.Flows.Classification.ClassifierProblem;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Classification;

public sealed class ImageClassifierTests
{
    [Fact]
    public void Train_OnImagesWithABrightQuarter_RecognisesNewOnes()
    {
        using var scope = NewDisposeScope();
        var losses = new List<ClassifierProgress>();
        using var classifier = Train(progress: new Told(losses));
        var (images, labels) = Draw(200, 1);
        double accuracy = Accuracy(classifier, images, labels);
        Assert.True(accuracy >= 0.99, $"{accuracy:P1} of new images are recognised.");
        Assert.Equal(Enumerable.Range(1, 60), losses.Select(step => step.Step));
        Assert.InRange(losses[0].Loss, 1.2, 1.6); // log 4 = 1.39
        Assert.True(losses[^1].Loss < 0.1, $"loss {losses[^1].Loss:G3}");
        Assert.InRange(classifier.Mean, 108, 112);
        Assert.InRange(classifier.Scale, 33, 37);
    }

    /// <summary>1,797 digits of 8 × 8 pixels: three quarters to learn from, the rest to be recognised.</summary>
    [Fact]
    public void Train_OnHandwrittenDigits_RecognisesThoseHeldOut()
    {
        using var scope = NewDisposeScope();
        var set = ((ImageSource)DataCatalog.Resolve("digits", new TableReadOptions())).Images;
        var pixels = tensor(set.Pixels.ToArray()).view(set.Count, set.Length);
        int[] Rows(bool isHeldOut) => [.. Enumerable.Range(0, set.Count).Where(row => row % 4 == 0 == isHeldOut)];
        Tensor Images(int[] rows) => pixels.index_select(0, tensor(rows));
        int[] Labels(int[] rows) => [.. rows.Select(row => set.Labels[row])];
        var (known, heldOut) = (Rows(false), Rows(true));
        using var classifier = ImageClassifier.Train(new() { Image = new(1, 8, 8), Classes = 10, Channels = [16, 32] }, new() { Steps = 300, BatchSize = 64 }, Images(known), Labels(known), new(1));
        double accuracy = Accuracy(classifier, Images(heldOut), Labels(heldOut));
        Assert.True(accuracy >= 0.97, $"{accuracy:P2} of {heldOut.Length} digits are recognised.");
    }

    [Fact]
    public void Train_Twice_IsTheSameToTheBitAndOfAnotherSeedAnother()
    {
        using var scope = NewDisposeScope();
        var few = Usual with { Steps = 5, Shift = 1 };
        using var first = Train(few);
        using var again = Train(few);
        using var other = Train(few, seed: 2);
        using var shared = Train(few with { Threads = 3 });
        double Difference(ImageClassifier found) => (first.Parameters.Flat - found.Parameters.Flat).abs().max().item<float>();
        Assert.Equal(0, Difference(again));
        Assert.True(Difference(other) > 1e-2);
        var (images, _) = Draw(100, 1);
        Assert.InRange((first.Probabilities(images) - shared.Probabilities(images)).abs().max().item<float>(), 0, 1e-4); // by round-off; parameters without effect, such as biases before norms, may move by more
    }

    [Fact]
    public void Train_WithoutDropoutOrShift_IsAnother()
    {
        using var scope = NewDisposeScope();
        var few = Usual with { Steps = 3, Shift = 0, Dropout = 0 };
        using var plain = Train(few);
        using var dropped = Train(few with { Dropout = 0.5 });
        using var shifted = Train(few with { Shift = 2 });
        Assert.True((plain.Parameters.Flat - dropped.Parameters.Flat).abs().max().item<float>() > 1e-3);
        Assert.True((plain.Parameters.Flat - shifted.Parameters.Flat).abs().max().item<float>() > 1e-3);
    }

    [Fact]
    public void Probabilities_OfImages_AddUpAndBelongToEachAlone()
    {
        using var scope = NewDisposeScope();
        using var classifier = Train(Usual with { Steps = 10 });
        var (images, _) = Draw(300, 1);
        var probabilities = classifier.Probabilities(images);
        Assert.Equal([300L, 4], probabilities.shape);
        Assert.InRange(probabilities.sum(1).Minus(1).abs().max().item<float>(), 0, 1e-5);
        Assert.Equal([300L, 24], classifier.Features(images).shape);
        var alone = classifier.Probabilities(images.view(300, 64)[270..271]);
        Assert.InRange((alone - probabilities[270..271]).abs().max().item<float>(), 0, 1e-5);
        Assert.Equal(probabilities.argmax(1).data<long>().ToArray(), classifier.Classify(images.to(ScalarType.Float32)).Select(label => (long)label));
    }

    /// <summary>Images whose parts lie elsewhere are another's: the last layer reads places.</summary>
    [Fact]
    public void Features_OfAMovedImage_AreOthers()
    {
        using var scope = NewDisposeScope();
        using var classifier = Train(Usual with { Steps = 10 });
        var (images, _) = Draw(5, 1);
        Assert.True((classifier.Features(images) - classifier.Features(images.roll(3, 3))).abs().max().item<float>() > 1e-2);
    }

    [Fact]
    public void Load_OfWhatWasSaved_IsTheSameClassifier()
    {
        using var scope = NewDisposeScope();
        using var classifier = Train(Usual with { Steps = 5 });
        using var stream = new MemoryStream();
        classifier.Save(stream);
        stream.Position = 0;
        using var loaded = ImageClassifier.Load(stream);
        var (images, _) = Draw(50, 1);
        Assert.Equal(classifier.Probabilities(images).data<float>().ToArray(), loaded.Probabilities(images).data<float>().ToArray());
        Assert.Equal((classifier.Mean, classifier.Scale, classifier.Options.Image), (loaded.Mean, loaded.Scale, loaded.Options.Image));
    }

    [Fact]
    public void Train_AndClassify_LeaveNoTensorsBehind()
    {
        using var scope = NewDisposeScope();
        var (images, labels) = Draw(40, 0);
        void Work()
        {
            using var classifier = ImageClassifier.Train(Options, Usual with { Steps = 2, Shift = 1 }, images, labels, new(1));
            classifier.Features(images).Dispose();
            classifier.Classify(images);
        }

        Work();
        long before = TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Work();
        Assert.Equal(before, TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Train_Cancelled_Ends()
    {
        using var scope = NewDisposeScope();
        var (images, labels) = Draw(20, 0);
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Assert.Throws<OperationCanceledException>(() => ImageClassifier.Train(Options, Usual, images, labels, new(1), null, stop.Token));
    }

    [Fact]
    public void Arguments_ThatDoNotFit_SayWhat()
    {
        using var scope = NewDisposeScope();
        var (images, labels) = Draw(20, 0);
        void Says(string text, Tensor given, int[] classes) => Assert.Contains(text, Assert.ThrowsAny<ArgumentException>(() => ImageClassifier.Train(Options, Usual, given, classes, new(1))).Message, StringComparison.Ordinal);
        Says("3 labels for 20 images", images, [0, 1, 2]);
        Says("label 4; labels of 4 classes are 0 to 3", images, [.. labels[1..], 4]);
        Says("label -1", images, [.. labels[1..], -1]);
        Says("[20, 63]", images.view(20, 64)[.., ..63], labels);
        Says("not all the same", zeros(20, 64), labels);
        Says("NaN", Full([20, 64], double.NaN), labels);
        Assert.Throws<ArgumentOutOfRangeException>(() => Options with { Classes = 1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => Usual with { Dropout = 1 });
        Assert.Throws<ArgumentException>(() => Options with { Channels = [] });
    }

    private sealed class Told(List<ClassifierProgress> steps) : IProgress<ClassifierProgress>
    {
        public void Report(ClassifierProgress value) => steps.Add(value);
    }
}
