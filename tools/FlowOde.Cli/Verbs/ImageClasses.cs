using FlowOde.Cli.Failures;
using FlowOde.Cli.Runs;
using FlowOde.Cli.Settings;

namespace FlowOde.Cli.Verbs;

/// <summary>Reads the classes of images in options.</summary>
internal static class ImageClasses
{
    /// <summary>The classes of a text: names or numbers, separated by commas; −1 for none.</summary>
    /// <param name="text">The text, or null.</param>
    /// <param name="image">The run's images.</param>
    /// <returns>The classes, or null where nothing was given.</returns>
    /// <exception cref="UsageException">There is no such class.</exception>
    public static int[]? Parse(string? text, RunImage image) => text is null ? null : [.. text.Split(',', StringSplitOptions.TrimEntries).Select(name => One(name, image))];

    private static int One(string name, RunImage image)
    {
        if (name == ModelSettings.None)
        {
            return -1;
        }

        int found = image.Classes.ToList().FindIndex(known => string.Equals(known, name, StringComparison.OrdinalIgnoreCase));
        return found >= 0 ? found
            : int.TryParse(name, out int number) && number >= 0 && number < image.Classes.Count ? number
            : throw new UsageException(image.Classes.Count == 0
                ? $"--class {name}: the images of this run have no classes."
                : $"--class: '{name}' is no class.{Suggestion.For(name, image.Classes)} Known are: {string.Join(", ", image.Classes)}, and {ModelSettings.None}.");
    }
}
