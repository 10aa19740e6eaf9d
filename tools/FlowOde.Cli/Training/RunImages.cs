using FlowOde.Cli.Failures;
using FlowOde.Cli.Runs;
using FlowOde.Data.Images;
using FlowOde.Data.Sources;

namespace FlowOde.Cli.Training;

/// <summary>Reads images that a trained model is to look at.</summary>
internal static class RunImages
{
    /// <summary>Images by name or path, in the shape of the run's.</summary>
    /// <param name="nameOrPath">A name, a file or a folder; also one picture.</param>
    /// <param name="image">The run's images.</param>
    /// <param name="notice">Is told what was guessed.</param>
    /// <exception cref="UsageException">They are none, or of another shape.</exception>
    public static DataPart Read(string nameOrPath, RunImage image, Action<string> notice)
    {
        RunOrData.RequireData(nameOrPath);
        if (PictureFolderReader.IsPicture(nameOrPath) && File.Exists(nameOrPath))
        {
            return ReadPictures([nameOrPath], image);
        }

        if (DataCatalog.Resolve(nameOrPath, new(), images: Options(Directory.Exists(nameOrPath), image)) is not ImageSource source)
        {
            throw new UsageException($"'{nameOrPath}' are no images, which the model of the run needs: {image.Shape}.");
        }

        foreach (string text in source.Images.Notices)
        {
            notice(text);
        }

        Check(source.Images, image);
        var labels = Translate(source.Images, image, notice);
        return InLevels(source.Images, image) with { Labels = labels };
    }

    /// <summary>The test images of a run.</summary>
    /// <param name="config">The run's configuration.</param>
    /// <exception cref="UsageException">The data have changed.</exception>
    public static DataPart Test(RunConfig config)
    {
        var data = DataLoader.Prepare(DataLoader.Open(config.Data, config.Values, _ => { }), config.Data, config.Values);
        return data.Digest == config.Digest
            ? data.Test
            : throw new UsageException($"The data '{config.Data}' have changed since the run, so its test images are not known; give DATA.");
    }

    /// <summary>Single pictures, in the shape of the run's.</summary>
    /// <param name="paths">The files.</param>
    /// <param name="image">The run's images.</param>
    public static DataPart ReadPictures(IReadOnlyList<string> paths, RunImage image)
    {
        foreach (string path in paths)
        {
            if (!File.Exists(path) || !PictureFolderReader.IsPicture(path))
            {
                throw new UsageException($"'{path}' is no picture file; expected {string.Join(" ", Data.Pictures.PictureReader.Extensions)}.");
            }
        }

        var set = PictureFolderReader.Files(paths, string.Join(", ", paths), Options(true, image));
        Check(set, image);
        return InLevels(set, image);
    }

    /// <summary>Images in the run's levels: black stays black and white white.</summary>
    private static DataPart InLevels(ImageSet set, RunImage image)
    {
        var part = ImageTrainingData.Part(set, [.. Enumerable.Range(0, set.Count)]);
        for (int i = 0; set.Levels != image.Levels && i < part.Values.Length; i++)
        {
            part.Values[i] = Math.Round(part.Values[i] * (image.Levels - 1) / (set.Levels - 1));
        }

        return part;
    }

    private static ImageReadOptions Options(bool arePictures, RunImage image) =>
        arePictures && image.Height == image.Width ? new() { Size = image.Width, Grey = image.Channels == 1 } : new() { Grey = image.Channels == 1 };

    private static void Check(ImageSet images, RunImage image)
    {
        if ((images.Height, images.Width) != (image.Height, image.Width) || (images.Channels != image.Channels))
        {
            throw new UsageException($"{images.Name}: images of {images.Channels} x {images.Height} x {images.Width}; the model of the run has {image.Channels} x {image.Height} x {image.Width}.");
        }
    }

    /// <summary>The classes of other images as the run numbers them, by name.</summary>
    private static int[] Translate(ImageSet images, RunImage image, Action<string> notice)
    {
        if (images.Labels.Count == 0)
        {
            return [];
        }

        int[] places = [.. images.ClassNames.Select(name => image.Classes.ToList().IndexOf(name))];
        if (image.Classes.Count > 0 && places.Contains(-1))
        {
            notice($"{images.Name}: the model does not know the class {images.ClassNames[Array.IndexOf(places, -1)]}; such images count as being of no class.");
        }

        return [.. images.Labels.Select(label => places[label])];
    }
}
