using SkiaSharp;

namespace FlowOde.Samplers.Drawing;

/// <summary>Images in rows and columns, enlarged without smoothing, perhaps with a title above each column and a caption below each image.</summary>
public sealed record ImageGridFigure : IFigure
{
    private const float SmallestTile = 56;
    private const float Gap = 4;
    private const float CaptionHeight = FigureStyle.TickSize + 5;

    /// <summary>The images, row by row.</summary>
    public required ImageTiles Images { get; init; }

    /// <summary>Images in a row, at least 1.</summary>
    public required int Columns
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "A grid has at least one column.");
    }

    /// <summary>What stands above each column.</summary>
    /// <value>Empty by default.</value>
    public IReadOnlyList<string> ColumnTitles { get; init; } = [];

    /// <summary>What stands below each image.</summary>
    /// <value>Empty by default.</value>
    public IReadOnlyList<string> Captions { get; init; } = [];

    /// <summary>Title of the figure.</summary>
    /// <value>Empty by default.</value>
    public string Title { get; init; } = "";

    /// <summary>One line below the title.</summary>
    /// <value>Empty by default.</value>
    public string Caption { get; init; } = "";

    /// <inheritdoc/>
    public SKSize Size
    {
        get
        {
            var (width, height) = Place;
            return new(MathF.Max(320, (2 * FigureStyle.Border) + (Columns * width) - Gap), Top + (Rows * height) - Gap + FigureStyle.Border);
        }
    }

    private int Rows => (Images.Count + Columns - 1) / Columns;

    /// <summary>Points of a pixel: a whole number, so that all pixels are of one size.</summary>
    private float Zoom => MathF.Max(1, MathF.Ceiling(SmallestTile / Math.Min(Images.Width, Images.Height)));

    private (float Width, float Height) Place => ((Zoom * Images.Width) + Gap, (Zoom * Images.Height) + Gap + (Captions.Count > 0 ? CaptionHeight : 0));

    private float Top => FigureLayout.Top(Title, Caption) + (ColumnTitles.Count > 0 ? FigureLayout.HeadingHeight : 0);

    /// <inheritdoc/>
    public void Draw(SKCanvas canvas)
    {
        ArgumentNullException.ThrowIfNull(canvas);
        FigureLayout.DrawPage(canvas, Size, Title, Caption);
        var (width, height) = Place;
        for (int column = 0; column < Math.Min(Columns, ColumnTitles.Count); column++)
        {
            FigureLayout.DrawHeading(canvas, Tile(column, 0), ColumnTitles[column]);
        }

        for (int image = 0; image < Images.Count; image++)
        {
            var tile = Tile(image % Columns, image / Columns);
            using var pixels = new PixelImage(Images.Width, Images.Height);
            for (int y = 0; y < Images.Height; y++)
            {
                for (int x = 0; x < Images.Width; x++)
                {
                    pixels[x, y] = Images.At(image, x, y);
                }
            }

            pixels.DrawSharp(canvas, tile);
            if (image < Captions.Count)
            {
                FigureText.Draw(canvas, FigureText.Shorten(Captions[image], width, FigureStyle.TickSize), tile.MidX, tile.Bottom + FigureStyle.TickSize + 1, SKTextAlign.Center, FigureStyle.TickSize, FigureStyle.Muted);
            }
        }

        SKRect Tile(int column, int row) => SKRect.Create(FigureStyle.Border + (column * width), Top + (row * height), width - Gap, Zoom * Images.Height);
    }
}
