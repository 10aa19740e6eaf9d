using System.Text.Json.Nodes;
using FlowOde.Cli.Pictures;
using FlowOde.Cli.Runs;
using FlowOde.Cli.Training;
using FlowOde.Data.Writers;
using FlowOde.Samplers.Drawing;
using static TorchSharp.torch;

namespace FlowOde.Cli.Verbs;

/// <summary>What <c>sample</c> does with a model of images.</summary>
/// <param name="view">The model, with seed, temperature and guidance.</param>
/// <param name="run">The run's name.</param>
/// <param name="output">Where to speak.</param>
internal sealed class ImageSampling(ImageView view, string run, Output output)
{
    private const int UsualRows = 6;
    private const int UsualColumns = 10;
    private const int UsualCount = 100;
    private const int UsualStops = 9;
    private const int MostReconstructed = 12;

    /// <summary>Draws images and writes them.</summary>
    /// <param name="path">Where to.</param>
    /// <param name="count">How many, or null for as many as a grid has.</param>
    /// <param name="grid">Rows and columns of a grid, or null each.</param>
    /// <param name="wanted">The classes asked for, or null for all in turn.</param>
    public JsonObject Draw(string path, int? count, (int? Rows, int? Columns) grid, int[]? wanted)
    {
        var target = SampleTargets.Of(path);
        bool isEachClass = view.IsConditional && wanted is null;
        int columns = grid.Columns ?? (isEachClass && view.Image.Classes.Count <= UsualColumns + 2 ? view.Image.Classes.Count : UsualColumns);
        int number = count ?? (target == SampleTarget.Grid ? (grid.Rows ?? UsualRows) * columns : UsualCount);
        int[] labels = wanted is null ? view.ClassesInTurn(number) : [.. Enumerable.Range(0, number).Select(i => wanted[i % wanted.Length])];
        var images = view.Sample(labels, 0, out int evaluations);
        string caption = view.Guidance == 0 ? $"{number} samples" : $"{number} samples, guidance {view.Guidance:G4}";
        Write(path, target, images, columns, isEachClass && columns == view.Image.Classes.Count ? view.Image.Classes : null, caption);
        return new() { ["images"] = number, ["nfe"] = evaluations };
    }

    /// <summary>Draws the images between two, on the arc between the noises they come from.</summary>
    /// <param name="path">Where to.</param>
    /// <param name="ends">The two images.</param>
    /// <param name="columns">How many images, or null.</param>
    /// <param name="label">The class of all, −1 for none.</param>
    public JsonObject Interpolate(string path, DataPart ends, int? columns, int label)
    {
        int stops = columns ?? UsualStops;
        using var scope = NewDisposeScope();
        var known = ends with { Labels = [label, label] };
        var latent = view.Encode(known);
        var (first, last) = (latent[0], latent[1]);
        double cosine = (first.dot(last) / (first.norm() * last.norm())).item<float>(), angle = Math.Acos(Math.Clamp(cosine, -1, 1));
        var arc = stack(Enumerable.Range(0, stops).Select(i =>
        {
            double at = stops == 1 ? 0 : (double)i / (stops - 1);
            var (a, b) = angle < 1e-4 ? (1 - at, at) : (Math.Sin((1 - at) * angle) / Math.Sin(angle), Math.Sin(at * angle) / Math.Sin(angle));
            using TorchSharp.Scalar begin = a, end = b, one = 1.0;
            return first.mul(begin).add(last.mul(end), one);
        }));
        Write(path, SampleTargets.Of(path), view.Decode(arc, [.. Enumerable.Repeat(label, stops)]), stops, null, "from the first image to the second, on the arc between their noises");
        return new() { ["images"] = stops };
    }

    /// <summary>Draws images above what becomes of them on the way to noise and back.</summary>
    /// <param name="path">Where to.</param>
    /// <param name="given">The images.</param>
    public JsonObject Reconstruct(string path, DataPart given)
    {
        var images = SampleTargets.Of(path) == SampleTarget.Grid ? given.AtMost(MostReconstructed) : given;
        using var latent = view.Encode(images);
        var back = view.Decode(latent, images.Labels.Length == 0 ? [.. Enumerable.Repeat(-1, images.Rows)] : images.Labels);
        double[] differences = [.. images.Values.Zip(back.Values, (a, b) => Math.Abs(a - b))];
        var result = new JsonObject { ["images"] = images.Rows, ["meanDifference"] = RunJson.Number(differences.Average()), ["largestDifference"] = RunJson.Number(differences.Max()), ["levels"] = view.Image.Levels };
        string caption = $"above the images, below the same from noise again; mean difference {differences.Average():F3} of {view.Image.Levels} levels";
        if (SampleTargets.Of(path) == SampleTarget.Grid)
        {
            Write(path, SampleTarget.Grid, new([.. images.Values, .. back.Values], [], images.Dimension), images.Rows, null, caption);
        }
        else
        {
            Write(path, SampleTargets.Of(path), back, 1, null, caption);
        }

        output.Notice($"Mean difference {differences.Average():F3}, largest {differences.Max():F0} of {view.Image.Levels} levels.");
        return result;
    }

    private void Write(string path, SampleTarget target, DataPart images, int columns, IReadOnlyList<string>? titles, string caption)
    {
        switch (target)
        {
            case SampleTarget.Grid:
                FigureFile.Write(path, new ImageBook(view, run, caption).Grid(images, Math.Min(columns, images.Rows), titles, null));
                break;
            case SampleTarget.Array:
                AtomicFile.Write(path, stream => ImageNpyWriter.Write(images.Values, (view.Image.Channels, view.Image.Height, view.Image.Width), view.Image.Levels, path, stream));
                break;
            default:
                ImageFolderWriter.Write(path, images.ToImages(view.Image), [.. images.Labels.Select(label => label < 0 ? "" : view.Image.Classes[label])]);
                break;
        }

        output.Notice($"Wrote {images.Rows} images to {path}.");
    }
}
