using SkiaSharp;

namespace FlowOde.Samplers.Drawing;

/// <summary>Colours for the numbers from 0 to 1, linear between evenly spaced knots.</summary>
/// <remarks>Viridis and magma are Nathaniel Smith's, Stéfan van der Walt's and Eric Firing's perceptually uniform maps (BIDS/colormap, CC0
/// public domain): every fifth of their 256 colours, which reproduces the rest to within one part in 255.</remarks>
public sealed class ColourMap
{
    private const int Entries = 1024;
    private readonly SKColor[] _colours;

    private ColourMap(string name, SKColor[] knots)
    {
        Name = name;
        _colours = new SKColor[Entries];
        for (var i = 0; i < Entries; i++)
        {
            var position = (double)i / (Entries - 1) * (knots.Length - 1);
            var below = Math.Min((int)position, knots.Length - 2);
            _colours[i] = Mix(knots[below], knots[below + 1], position - below);
        }
    }

    /// <summary>The map's name in lower case.</summary>
    public string Name { get; }

    /// <summary>Dark violet over green to yellow; lightness rises evenly.</summary>
    public static ColourMap Viridis { get; } = new("viridis", Parse(
        "44015446085C471063481769481D6F482475472A7A46307E453781433D844142873F48893D4E8A3A538B38598C355E8D33638D31688E2E6D8E2C718E" +
        "2A768E297B8E27808E25848E23898E218E8D20928C1F978B1E9C891FA18821A58524AA8328AE802EB37C35B7793DBC7446C06F50C46A5AC86465CB5E" +
        "70CF577CD25089D54895D840A2DA37B0DD2FBDDF26CAE11FD8E219E5E419F1E51DFDE725"));

    /// <summary>Black over purple and orange to pale yellow; lightness rises evenly.</summary>
    public static ColourMap Magma { get; } = new("magma", Parse(
        "00000402020B0504160907200E0B2B140E361A104221114E29115A311165390F6E420F754A107952137C5A167E6219806A1C81721F81792282812581" +
        "892881912B81992D80A1307EAA337DB2357BBA3878C23B75CA3E72D2426FD9466BE04C67E75263EC5860F1605DF4695CF7725CF97B5DFB8560FC8E64" +
        "FD9869FEA16EFEAA74FEB47BFEBD82FEC68AFECF92FED89AFDE2A3FDEBACFCF4B6FCFDBF"));

    /// <summary>White to black.</summary>
    public static ColourMap Grey { get; } = new("grey", Parse("FFFFFF000000"));

    /// <summary>Blue over near white to red, for signed values with zero at one half; lightness is the same at equal distances from it.</summary>
    public static ColourMap Diverging { get; } = new("diverging", Parse("20417F4272B283AAD4C3D6EAF5F5F5EFCDBED4997EB156467C2226"));

    /// <summary>Every named map.</summary>
    public static IReadOnlyList<ColourMap> All { get; } = [Viridis, Magma, Grey, Diverging];

    /// <summary>White to <paramref name="colour"/> and on to a darker tone of it: for counts on a white page, where nothing must look like nothing.</summary>
    public static ColourMap Ink(SKColor colour) => new("ink", [SKColors.White, Mix(SKColors.White, colour, 0.45), colour, Mix(colour, SKColors.Black, 0.55)]);

    /// <summary>White to a light tone of <paramref name="colour"/>: a background that dark lines stay legible on.</summary>
    public static ColourMap Wash(SKColor colour) => new("wash", [SKColors.White, Mix(SKColors.White, colour, 0.3), Mix(SKColors.White, colour, 0.6)]);

    /// <summary>The colour at <paramref name="fraction"/>; the ends beyond 0 and 1, transparent for NaN.</summary>
    public SKColor At(double fraction) => double.IsNaN(fraction)
        ? SKColor.Empty
        : _colours[(int)Math.Round(Math.Clamp(fraction, 0, 1) * (Entries - 1))];

    /// <summary>The part of this map between two fractions, stretched to the whole.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The fractions do not ascend within 0 to 1.</exception>
    public ColourMap Part(double from, double to)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(to, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(to, from);
        const int knots = 65;
        return new ColourMap(Name, [.. Enumerable.Range(0, knots).Select(i => At(from + ((to - from) * i / (knots - 1))))]);
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static SKColor Mix(SKColor a, SKColor b, double share)
    {
        byte Channel(byte from, byte to) => (byte)Math.Round(from + (share * (to - from)));
        return new SKColor(Channel(a.Red, b.Red), Channel(a.Green, b.Green), Channel(a.Blue, b.Blue));
    }

    private static SKColor[] Parse(string hex)
    {
        var bytes = Convert.FromHexString(hex);
        return [.. bytes.Chunk(3).Select(rgb => new SKColor(rgb[0], rgb[1], rgb[2]))];
    }
}
