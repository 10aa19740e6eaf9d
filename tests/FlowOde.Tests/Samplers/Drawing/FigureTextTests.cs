using FlowOde.Samplers.Drawing;
using SkiaSharp;

namespace FlowOde.Tests.Samplers.Drawing;

public sealed class FigureTextTests
{
    [Theory]
    [InlineData("Model density")]
    [InlineData("−2.5×10⁻⁴ ± σ ‖")]
    public void Draw_Text_LeavesGlyphs(string text)
    {
        using var bitmap = Pictures.Draw(200, 30, canvas => FigureText.Draw(canvas, text, 5, 20, SKTextAlign.Left, 14, SKColors.Black));

        // Every glyph leaves ink in its own part of the line, so none was silently dropped.
        for (var i = 0; i < text.Length; i++)
        {
            var left = (int)(5 + FigureText.Width(text[..i], 14));
            var right = (int)Math.Ceiling(5 + FigureText.Width(text[..(i + 1)], 14));
            Assert.True(text[i] == ' ' || Pictures.Ink(bitmap, new SKRectI(left, 0, right, 30)) > 2, $"'{text[i]}' is missing");
        }
    }

    [Theory]
    [InlineData("a very long name of a column that nobody would want to read", 100)]
    [InlineData("𝒳𝒳𝒳𝒳𝒳𝒳𝒳𝒳𝒳𝒳𝒳𝒳", 60)]
    [InlineData("narrow", 3)]
    public void Shorten_TextThatDoesNotFit_EndsInAnEllipsisWithinTheRoom(string text, float room)
    {
        var shortened = FigureText.Shorten(text, room, 14);

        Assert.EndsWith("…", shortened, StringComparison.Ordinal);
        Assert.True(shortened == "…" || FigureText.Width(shortened, 14) <= room, $"{FigureText.Width(shortened, 14)} points");
        Assert.False(shortened.Length > 1 && char.IsHighSurrogate(shortened[^2]), "half a character is left");
    }

    [Fact]
    public void Shorten_TextThatFits_IsUnchanged() => Assert.Equal("x", FigureText.Shorten("x", 100, 14));

    [Fact]
    public void Width_OfControlCharacters_IsThatOfSpaces() => Assert.Equal(FigureText.Width("a b", 14), FigureText.Width("a\nb", 14));
}
