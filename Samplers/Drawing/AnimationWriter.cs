using SkiaSharp;

namespace FlowOde.Samplers.Drawing;

/// <summary>Writes a sequence of figures as a moving picture or as a strip; streams stay open.</summary>
public static class AnimationWriter
{
    /// <summary>Writes an animated WebP that loops for ever.</summary>
    /// <param name="frames">The frames, one or more, all of one size in points.</param>
    /// <param name="intoStream">Where to.</param>
    /// <param name="scale">Pixels a point. All frames are held in memory, 4 bytes a pixel.</param>
    /// <exception cref="ArgumentException">There is no frame, the sizes differ, or a duration is less than a millisecond.</exception>
    public static void WriteWebp(IReadOnlyList<AnimationFrame> frames, Stream intoStream, float scale = 1)
    {
        ArgumentNullException.ThrowIfNull(intoStream);
        Check(frames);
        var bitmaps = new List<SKBitmap>(frames.Count);
        try
        {
            foreach (var frame in frames)
            {
                bitmaps.Add(FigureWriter.ToBitmap(frame.Figure, scale));
            }

            SKWebpEncoderFrame[] encoded = [.. bitmaps.Zip(frames, (bitmap, frame) => new SKWebpEncoderFrame(bitmap, frame.Duration))];
            using var data = SKWebpEncoder.EncodeAnimated(encoded, new SKWebpEncoderOptions(SKWebpEncoderCompression.Lossy, 90))
                ?? throw new InvalidOperationException($"SkiaSharp could not encode {frames.Count} frames of {bitmaps[0].Width} × {bitmaps[0].Height} pixels as WebP.");
            data.SaveTo(intoStream);
        }
        finally
        {
            bitmaps.ForEach(bitmap => bitmap.Dispose());
        }
    }

    /// <summary>Writes a PNG that shows evenly chosen frames, first and last among them, side by side.</summary>
    /// <param name="frames">The frames, one or more, all of one size in points.</param>
    /// <param name="intoStream">Where to.</param>
    /// <param name="mostFrames">The greatest number shown, 1 or more.</param>
    /// <param name="scale">Pixels a point.</param>
    /// <exception cref="ArgumentException">There is no frame, the sizes differ, or a duration is less than a millisecond.</exception>
    public static void WriteStrip(IReadOnlyList<AnimationFrame> frames, Stream intoStream, int mostFrames = 4, float scale = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(mostFrames, 1);
        Check(frames);
        var count = Math.Min(mostFrames, frames.Count);
        IFigure[] chosen = [.. Enumerable.Range(0, count).Select(i => frames[count == 1 ? frames.Count - 1 : i * (frames.Count - 1) / (count - 1)].Figure)];
        FigureWriter.WritePng(new FilmStripFigure(chosen), intoStream, scale);
    }

    private static void Check(IReadOnlyList<AnimationFrame> frames)
    {
        ArgumentNullException.ThrowIfNull(frames);
        if (frames.Count == 0)
        {
            throw new ArgumentException("An animation needs at least one frame.", nameof(frames));
        }

        var size = frames[0].Figure.Size;
        for (var i = 0; i < frames.Count; i++)
        {
            if (frames[i].Figure.Size != size)
            {
                throw new ArgumentException(
                    $"All frames must have one size, but frame {i} has {frames[i].Figure.Size} and frame 0 {size}; give all the same limits, titles and colour scale.",
                    nameof(frames));
            }

            if (frames[i].Duration < TimeSpan.FromMilliseconds(1))
            {
                throw new ArgumentException($"Frame {i} lasts {frames[i].Duration}; a frame lasts a millisecond or more.", nameof(frames));
            }
        }
    }
}
