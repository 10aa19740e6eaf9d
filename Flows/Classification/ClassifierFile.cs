using System.Globalization;
using FlowOde.Flows.Storage;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Flows.Classification;

/// <summary>A classifier as a safetensors file: a tensor for each segment of its parameters, and its shape and units as text.</summary>
internal static class ClassifierFile
{
    private const string Kind = "image-classifier";
    private const long MostParameters = 1L << 28;
    private const int MostLayers = 100;

    internal static void Write(ImageClassifier classifier, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var (options, parameters) = (classifier.Options, classifier.Parameters);
        string Text(params IEnumerable<long> numbers) => string.Join(',', numbers);
        SafetensorsWriter.Write(stream, [.. parameters.Layout.Segments.Select((segment, i) => (segment.Name, parameters[i]))], new Dictionary<string, string>
        {
            ["kind"] = Kind,
            ["image"] = Text(options.Image.Channels, options.Image.Height, options.Image.Width),
            ["classes"] = Text(options.Classes),
            ["channels"] = Text(options.Channels),
            ["features"] = Text(options.Features),
            ["mean"] = classifier.Mean.ToString("R", CultureInfo.InvariantCulture),
            ["scale"] = classifier.Scale.ToString("R", CultureInfo.InvariantCulture),
        });
    }

    internal static ImageClassifier Read(Stream stream)
    {
        using var file = SafetensorsReader.Read(stream);
        if (file.Metadata.GetValueOrDefault("kind") != Kind)
        {
            throw new CheckpointFormatException($"The file holds '{file.Metadata.GetValueOrDefault("kind") ?? "something without a kind"}', not '{Kind}'. Give a file that a classifier was saved to.");
        }

        FlatVector? parameters = null;
        try
        {
            var options = Options(file);
            var layout = options.ParameterLayout;
            if (layout.Length > MostParameters)
            {
                throw new CheckpointFormatException($"The file describes a classifier of {layout.Length:N0} parameters; this program makes none beyond {MostParameters:N0}. The file was altered.");
            }

            foreach (var segment in layout.Segments)
            {
                file.Require(segment.Name, segment.Shape, ScalarType.Float32);
            }

            parameters = new(layout, ScalarType.Float32);
            for (int i = 0; i < layout.Segments.Count; i++)
            {
                parameters[i].copy_(file[layout.Segments[i].Name]);
            }

            return new(options, parameters, Number(file, "mean"), Number(file, "scale"));
        }
        catch (Exception fault) when (fault is ArgumentException or OverflowException)
        {
            parameters?.Dispose();
            throw new CheckpointFormatException($"The file describes no classifier: {fault.Message} The file was altered.", fault);
        }
        catch
        {
            parameters?.Dispose();
            throw;
        }
    }

    private static ClassifierOptions Options(SafetensorsFile file)
    {
        long[] image = Numbers(file, "image", 3);
        return new()
        {
            Image = new(image[0], image[1], image[2]),
            Classes = checked((int)Numbers(file, "classes", 1)[0]),
            Channels = Numbers(file, "channels", null),
            Features = checked((int)Numbers(file, "features", 1)[0]),
        };
    }

    private static long[] Numbers(SafetensorsFile file, string key, int? count)
    {
        string[] parts = Text(file, key).Split(',');
        var numbers = new long[parts.Length];
        bool whole = parts.Length <= MostLayers && (count is null || parts.Length == count);
        for (int i = 0; i < parts.Length && whole; i++)
        {
            whole = long.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i]) && numbers[i] <= MostParameters;
        }

        return whole ? numbers : throw new CheckpointFormatException($"The file's '{key}' is '{Text(file, key)}'; expected {count?.ToString(CultureInfo.InvariantCulture) ?? "a few"} whole numbers with commas between them. The file was altered.");
    }

    private static double Number(SafetensorsFile file, string key) => double.TryParse(Text(file, key), NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
        ? number
        : throw new CheckpointFormatException($"The file's '{key}' is '{Text(file, key)}'; expected a number. The file was altered.");

    private static string Text(SafetensorsFile file, string key) => file.Metadata.GetValueOrDefault(key)
        ?? throw new CheckpointFormatException($"The file lacks '{key}'. It was altered, or made by another program.");
}
