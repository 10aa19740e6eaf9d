using FlowOde.Cli.Failures;
using FlowOde.Cli.Runs;
using FlowOde.Cli.Training;
using FlowOde.Flows.Classification;
using FlowOde.Flows.Randomness;
using FlowOde.Flows.Storage;

namespace FlowOde.Cli.Quality;

/// <summary>The classifier of a run's own data: trained once, kept in the run's folder.</summary>
internal static class RunClassifier
{
    private const string FileName = "classifier.safetensors";
    private const int SmallSet = 10_000;

    /// <summary>The run's classifier; trained where it has none yet.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="data">Its data, with classes.</param>
    /// <param name="seed">The seed of the training.</param>
    /// <param name="threads">Threads of the training.</param>
    /// <param name="notice">Is told what is being done.</param>
    /// <param name="stop">Asks for an early end.</param>
    /// <returns>The classifier; belongs to the caller.</returns>
    public static ImageClassifier Get(RunFolder folder, ImageTrainingData data, ulong seed, int threads, Action<string> notice, CancellationToken stop)
    {
        string path = folder.File(FileName);
        if (File.Exists(path))
        {
            try
            {
                using var saved = File.OpenRead(path);
                return ImageClassifier.Load(saved);
            }
            catch (Exception problem) when (problem is CheckpointFormatException or ArgumentException)
            {
                throw new UsageException($"{path}: {problem.Message} Delete it, and it is trained again.", problem);
            }
        }

        var image = data.Image!;
        var training = new ClassifierTraining { Threads = threads, Steps = data.TrainRows > SmallSet ? 3000 : 1500 };
        notice($"Training a classifier on {data.TrainRows} images in {training.Steps} steps.");
        using var images = data.TrainImages();
        var classifier = ImageClassifier.Train(new() { Image = image.Shape, Classes = image.Classes.Count }, training, images, data.TrainLabels(), new RandomSource(seed), null, stop);
        AtomicFile.Write(path, classifier.Save);
        return classifier;
    }
}
