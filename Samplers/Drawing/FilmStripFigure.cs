using SkiaSharp;

namespace FlowOde.Samplers.Drawing;

/// <summary>Several figures beside each other, from left to right and, when they are many, in rows.</summary>
public sealed record FilmStripFigure : IFigure
{
    private readonly int _columns;

    /// <summary>Makes a strip.</summary>
    /// <param name="figures">The figures, one or more; each gets a place as large as the largest needs.</param>
    /// <param name="columns">The greatest number side by side.</param>
    /// <exception cref="ArgumentException">There is no figure.</exception>
    public FilmStripFigure(IReadOnlyList<IFigure> figures, int columns = 4)
    {
        ArgumentNullException.ThrowIfNull(figures);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        if (figures.Count == 0)
        {
            throw new ArgumentException("A strip needs at least one figure.", nameof(figures));
        }

        Figures = figures;
        _columns = Math.Min(columns, figures.Count);
    }

    /// <summary>The figures in their order.</summary>
    public IReadOnlyList<IFigure> Figures { get; }

    /// <inheritdoc/>
    public SKSize Size
    {
        get
        {
            var place = Place();
            return new SKSize(place.Width * _columns, place.Height * ((Figures.Count + _columns - 1) / _columns));
        }
    }

    /// <inheritdoc/>
    public void Draw(SKCanvas canvas)
    {
        ArgumentNullException.ThrowIfNull(canvas);
        FigureLayout.DrawPage(canvas, Size, "", "");
        var place = Place();
        for (var i = 0; i < Figures.Count; i++)
        {
            canvas.Save();
            canvas.Translate(place.Width * (i % _columns), place.Height * (i / _columns));
            Figures[i].Draw(canvas);
            canvas.Restore();
        }
    }

    private SKSize Place()
    {
        var sizes = Figures.Select(figure => figure.Size).ToArray();
        return new SKSize(MathF.Ceiling(sizes.Max(size => size.Width)), MathF.Ceiling(sizes.Max(size => size.Height)));
    }
}
