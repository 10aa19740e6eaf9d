using FlowOde.Cli.Failures;
using FlowOde.Cli.Runs;
using FlowOde.Cli.Settings;
using FlowOde.Data.Images;
using FlowOde.Data.Sources;
using FlowOde.Data.Tables;

namespace FlowOde.Cli.Training;

/// <summary>Reads images that a trained model is to look at.</summary>
internal static class RunImages
{
    /// <summary>Images by name or path, in the shape of the run's.</summary>
    /// <param name="nameOrPath">A name, a file or a folder; also one picture.</param>
    /// <param name="config">The run's configuration: pictures are cut and scaled as those it was trained on.</param>
    /// <param name="notice">Is told what was guessed.</param>
    /// <exception cref="UsageException">They are none, or of another shape.</exception>
    public static DataPart Read(string nameOrPath, RunConfig config, Action<string> notice)
    {
        var image = config.Image!;
        RunOrData.RequireData(nameOrPath);
        if (PictureFolderReader.IsPicture(nameOrPath) && File.Exists(nameOrPath))
        {
            return ReadPictures([nameOrPath], config);
        }

        ImageSet Open(ImageReadOptions options) => DataCatalog.Resolve(nameOrPath, new(), images: options) is ImageSource found
            ? found.Images
            : throw new UsageException($"'{nameOrPath}' are no images, which the model of the run needs: {image.Shape}.");
        var source = new ImageSource(Shaped(Open, config, PictureFolderReader.HoldsPictures(nameOrPath)));

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
    /// <param name="config">The run's configuration.</param>
    public static DataPart ReadPictures(IReadOnlyList<string> paths, RunConfig config)
    {
        var image = config.Image!;
        foreach (string path in paths)
        {
            if (!File.Exists(path) || !PictureFolderReader.IsPicture(path))
            {
                throw new UsageException($"'{path}' is no picture file; expected {string.Join(" ", Data.Pictures.PictureReader.Extensions)}.");
            }
        }

        var set = Shaped(options => PictureFolderReader.Files(paths, string.Join(", ", paths), options), config, arePictures: true);
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

    /// <summary>Images as the run's are: those of its shape as they are, such as its samples; others cut as there, and pictures scaled where the run's are square.</summary>
    private static ImageSet Shaped(Func<ImageReadOptions, ImageSet> read, RunConfig config, bool arePictures)
    {
        var (image, options) = (config.Image!, new ImageReadOptions { Size = arePictures && config.Image!.Height == config.Image.Width ? config.Image.Width : null, Grey = config.Image!.Channels == 1, AreAsked = false });
        if (TableSettings.ReadImages(config.Values).Crop is not { } crop)
        {
            return read(options);
        }

        try
        {
            var whole = read(options with { Size = null });
            if ((whole.Height, whole.Width) == (image.Height, image.Width))
            {
                return whole;
            }
        }
        catch (DataFormatException)
        {
            // Pictures of mixed sizes: they are cut below, and what else is wrong is told there.
        }

        return read(options with { Crop = crop });
    }

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
