using FlowOde.Cli.Failures;

namespace FlowOde.Cli.Verbs;

/// <summary>Numbers in options that are not settings of a run.</summary>
internal static class Numbers
{
    /// <summary>A whole number, or null where the option was not given.</summary>
    public static long? Integer(string? text, string option, long least, long most = int.MaxValue) =>
        text is null ? null
        : long.TryParse(text, out long value) && value >= least && value <= most ? value
        : throw new UsageException($"{option}: '{text}' is not possible; expected a whole number from {least} to {most}.");

    /// <summary>A number greater than 0, or null where the option was not given.</summary>
    public static double? Positive(string? text, string option) =>
        text is null ? null
        : double.TryParse(text, out double value) && value > 0 && double.IsFinite(value) ? value
        : throw new UsageException($"{option}: '{text}' is not possible; expected a number greater than 0.");

    /// <summary>A finite number, or null where the option was not given.</summary>
    public static double? Finite(string? text, string option) =>
        text is null ? null
        : double.TryParse(text, out double value) && double.IsFinite(value) ? value
        : throw new UsageException($"{option}: '{text}' is not possible; expected a finite number.");

    /// <summary>A width and height such as 1200x800, or null where the option was not given.</summary>
    public static (int Width, int Height)? Size(string? text, string option)
    {
        if (text is null)
        {
            return null;
        }

        string[] parts = text.Split('x', 'X', '×');
        return parts.Length == 2 && int.TryParse(parts[0], out int width) && int.TryParse(parts[1], out int height) && width is >= 16 and <= 16_000 && height is >= 16 and <= 16_000
            ? (width, height)
            : throw new UsageException($"{option}: '{text}' is no size; expected WIDTHxHEIGHT in pixels, 16 to 16000 each, such as 1200x800.");
    }
}
