using System.Globalization;
using System.Text.RegularExpressions;

namespace FlowOde.Samplers.Drawing;

/// <summary>Makes Skia's SVG text independent of what else the process has drawn, and of which fonts the reader has.</summary>
internal static partial class SvgNormalizer
{
    /// <summary>Numbers clip paths in their order within the file, and names fonts to fall back on.</summary>
    /// <remarks>Skia numbers clip paths through the whole process, so a second file of the same figure would differ.</remarks>
    public static string Normalize(string svg)
    {
        var numbers = new Dictionary<string, string>();
        var renumbered = ClipReference().Replace(svg, match =>
        {
            if (!numbers.TryGetValue(match.Value, out var number))
            {
                number = "clip" + numbers.Count.ToString(CultureInfo.InvariantCulture);
                numbers.Add(match.Value, number);
            }

            return number;
        });
        return renumbered.Replace(
            $"font-family=\"{FigureText.Family}\"", $"font-family=\"{FigureText.Family}, Verdana, sans-serif\"", StringComparison.Ordinal);
    }

    [GeneratedRegex("""(?<=<clipPath id=")cl_[0-9a-f]+(?=")|(?<=clip-path="url\(#)cl_[0-9a-f]+(?=\)")""")]
    private static partial Regex ClipReference();
}
