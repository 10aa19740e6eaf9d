using TorchSharp;

namespace FlowOde.Flows.Networks;

/// <summary>How the numbers of a row are an image: channel behind channel, each row by row.</summary>
public sealed record ImageShape
{
    /// <summary>Describes an image.</summary>
    /// <param name="channels">Number of channels C, at least 1.</param>
    /// <param name="height">Number of rows of pixels H, at least 1.</param>
    /// <param name="width">Number of columns of pixels W, at least 1.</param>
    /// <exception cref="ArgumentException">One of them is less than 1.</exception>
    public ImageShape(long channels, long height, long width)
    {
        if (channels < 1 || height < 1 || width < 1)
        {
            throw new ArgumentException($"An image has channels, height and width of at least 1 each; found [{channels}, {height}, {width}].");
        }

        (Channels, Height, Width) = (channels, height, width);
    }

    /// <summary>Number of channels C.</summary>
    public long Channels { get; }

    /// <summary>Number of rows of pixels H.</summary>
    public long Height { get; }

    /// <summary>Number of columns of pixels W.</summary>
    public long Width { get; }

    /// <summary>H·W.</summary>
    public long Pixels => Height * Width;

    /// <summary>Numbers of a row, C·H·W.</summary>
    public long Length => Channels * Pixels;

    /// <inheritdoc/>
    public override string ToString() => $"[{Channels}, {Height}, {Width}]";

    /// <summary>Rows as images of these pixels, [rows, channels, H, W], over the same memory.</summary>
    /// <param name="rows">[rows, channels·H·W] without gaps.</param>
    /// <param name="channels">Number of channels, which need not be those of this shape.</param>
    /// <param name="channelsLast">Whether the channels of a pixel lie together, rather than the pixels of a channel.</param>
    internal torch.Tensor Images(torch.Tensor rows, long channels, bool channelsLast) => channelsLast
        ? rows.view(-1, Height, Width, channels).permute(0, 3, 1, 2)
        : rows.view(-1, channels, Height, Width);
}
