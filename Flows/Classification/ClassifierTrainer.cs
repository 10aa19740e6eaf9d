using FlowOde.Flows.Layers;
using FlowOde.Flows.Randomness;
using FlowOde.Flows.Training;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;
using TorchSharp;
using static TorchSharp.torch;

namespace FlowOde.Flows.Classification;

/// <summary>Trains the parameters of a classifier on standardised images.</summary>
internal sealed class ClassifierTrainer : IDisposable
{
    private const double AverageDecay = 0.99;

    private readonly ClassifierLayers _layers;
    private readonly ClassifierTraining _training;
    private readonly Tensor _padded;
    private readonly IReadOnlyList<int> _labels;
    private readonly RandomSource _source;
    private readonly FlatVector _parameters;
    private readonly FlatVector[] _gradients;
    private readonly double[] _losses;
    private readonly int _features;
    private readonly int _shift;
    private long _epoch = -1;
    private long[] _order = [];

    private ClassifierTrainer(ClassifierOptions options, ClassifierTraining training, Tensor images, IReadOnlyList<int> labels, RandomSource source)
    {
        (_layers, _training, _labels, _source, _features) = (new(options), training, labels, source, options.Features);
        _shift = training.Shift ?? checked((int)(Math.Min(options.Image.Height, options.Image.Width) / 14));
        _padded = _shift == 0 ? images : nn.functional.pad(images, [_shift, _shift, _shift, _shift], PaddingModes.Replicate);
        var layout = _layers.Parameters.Layout;
        _parameters = new(layout, ScalarType.Float32);
        _gradients = [.. Enumerable.Range(0, training.Threads).Select(_ => new FlatVector(layout, ScalarType.Float32))];
        _losses = new double[training.Threads];
        var initial = source.Stream(RandomPurpose.Initialization, 0);
        _layers.Parameters.Initialize((row, count) => Uniforms(initial, row, checked((int)count)), _parameters);
    }

    internal static FlatVector Train(ClassifierOptions options, ClassifierTraining training, Tensor images, IReadOnlyList<int> labels, RandomSource source, IProgress<ClassifierProgress>? progress, CancellationToken cancellation)
    {
        using var trainer = new ClassifierTrainer(options, training, images, labels, source);
        using var workers = new WorkerThreads(training.Threads);
        using var adam = new Adam(new(), trainer._parameters);
        var average = trainer._parameters.Clone();
        try
        {
            for (int step = 0; step < training.Steps; step++)
            {
                cancellation.ThrowIfCancellationRequested();
                double loss = trainer.Gradient(step, workers);
                adam.Step(trainer._gradients[0], 1, training.Rate * (1 - ((double)step / training.Steps)), AverageDecay, trainer._parameters, average);
                progress?.Report(new(step + 1, training.Steps, loss));
            }

            return average;
        }
        catch
        {
            average.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _parameters.Dispose();
        Array.ForEach(_gradients, gradient => gradient.Dispose());
    }

    /// <summary>The mean loss of a step's images; leaves its gradient in the first of the workers'.</summary>
    private double Gradient(int step, WorkerThreads workers)
    {
        long[] rows = [.. Enumerable.Range(0, _training.BatchSize).Select(i => Row(((long)step * _training.BatchSize) + i))];
        int shards = Math.Min(workers.Count, rows.Length);
        workers.Run(shards, shard => Shard(step, rows, rows.Length * shard / shards, rows.Length * (shard + 1) / shards, shard));
        for (int shard = 1; shard < shards; shard++)
        {
            _gradients[0].Flat.add_(_gradients[shard].Flat, CachedScalars.One);
        }

        return _losses.Take(shards).Sum();
    }

    private void Shard(int step, long[] rows, int first, int end, int shard)
    {
        using var scope = NewDisposeScope();
        var images = stack(Enumerable.Range(first, end - first).Select(i => Shifted(step, rows[i], i)));
        var labels = tensor([.. rows[first..end].Select(row => (long)_labels[(int)row])]);
        using (enable_grad())
        {
            Tensor[] leaves = [.. _parameters.Layout.Segments.Select((_, i) => _parameters[i].detach().requires_grad_())];
            var features = _layers.Features(images, leaves).mul(Mask(step, first, end));
            using Scalar share = 1.0 / rows.Length;
            var loss = nn.functional.cross_entropy(_layers.Logits(features, leaves), labels, reduction: nn.Reduction.Sum).mul(share);
            var gradients = CheckedAutograd.Gradient(loss, leaves, ones_like(loss));
            using var noGradient = no_grad();
            for (int i = 0; i < leaves.Length; i++)
            {
                _gradients[shard][i].copy_(gradients[i]!);
            }

            _losses[shard] = loss.item<float>();
        }
    }

    /// <summary>Which image a place in the sequence of all batches has: each pass over the images has an order of its own.</summary>
    private long Row(long place)
    {
        long count = _labels.Count, epoch = Math.DivRem(place, count, out long at);
        if (epoch != _epoch)
        {
            (_epoch, _order) = (epoch, _source.Permutation(epoch, count));
        }

        return _order[at];
    }

    /// <summary>An image, shifted for a place in a step's batch; its border repeats where it left.</summary>
    private Tensor Shifted(int step, long row, int place)
    {
        var image = _padded[row];
        if (_shift == 0)
        {
            return image;
        }

        double[] draws = Uniforms(_source.Stream(RandomPurpose.Augmentation, step), place, _features + 2);
        long At(double draw) => Math.Min(2 * _shift, (long)(draw * ((2 * _shift) + 1)));
        return image.narrow(1, At(draws[^2]), image.size(1) - (2 * _shift)).narrow(2, At(draws[^1]), image.size(2) - (2 * _shift));
    }

    /// <summary>0 for a feature left out, otherwise what keeps its mean, [places, F].</summary>
    private Tensor Mask(int step, int first, int end)
    {
        var stream = _source.Stream(RandomPurpose.Augmentation, step);
        float kept = (float)(1 / (1 - _training.Dropout));
        float[] mask = [.. Enumerable.Range(first, end - first).SelectMany(place => Uniforms(stream, place, _features)).Select(draw => draw < _training.Dropout ? 0f : kept)];
        return tensor(mask).view(end - first, _features);
    }

    private static double[] Uniforms(RandomStream stream, long row, int count)
    {
        var values = new double[count];
        stream.FillUniform<double>([row], count, values);
        return values;
    }
}
