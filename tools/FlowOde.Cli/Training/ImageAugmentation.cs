using FlowOde.Flows.Randomness;

namespace FlowOde.Cli.Training;

/// <summary>What training does to images by chance, as functions of seed, step and row.</summary>
/// <param name="Flips">Whether every other image is mirrored.</param>
/// <param name="Shift">By how many pixels images may move in each direction; their border repeats where it left.</param>
internal sealed record ImageAugmentation(bool Flips, int Shift)
{
    /// <summary>Changes the images of a step.</summary>
    /// <param name="source">The run's draws.</param>
    /// <param name="step">The step.</param>
    /// <param name="rows">The numbers of its rows.</param>
    /// <param name="shape">Channels, height and width.</param>
    /// <param name="intoValues">The images, [rows, channels, height, width], changed in place.</param>
    public void Apply(RandomSource source, long step, long[] rows, (int Channels, int Height, int Width) shape, double[] intoValues)
    {
        if (!Flips && Shift == 0)
        {
            return;
        }

        int draws = Shift == 0 ? 1 : 3, length = shape.Channels * shape.Height * shape.Width;
        var chance = new double[rows.Length * draws];
        source.Stream(RandomPurpose.Augmentation, step).FillUniform<double>(rows, draws, chance);
        for (int i = 0; i < rows.Length; i++)
        {
            var image = intoValues.AsSpan(i * length, length);
            if (Flips && chance[i * draws] < 0.5)
            {
                for (int line = 0; line < shape.Channels * shape.Height; line++)
                {
                    image.Slice(line * shape.Width, shape.Width).Reverse();
                }
            }

            if (Shift > 0)
            {
                Move(image, shape, Pixels(chance[(i * draws) + 1]), Pixels(chance[(i * draws) + 2]));
            }
        }
    }

    private int Pixels(double draw) => Math.Min(Shift, (int)(draw * ((2 * Shift) + 1)) - Shift);

    private static void Move(Span<double> image, (int Channels, int Height, int Width) shape, int down, int right)
    {
        double[] before = image.ToArray();
        int plane = shape.Height * shape.Width;
        for (int at = 0; at < image.Length; at++)
        {
            int y = Math.Clamp((at % plane / shape.Width) - down, 0, shape.Height - 1), x = Math.Clamp((at % shape.Width) - right, 0, shape.Width - 1);
            image[at] = before[(at / plane * plane) + (y * shape.Width) + x];
        }
    }
}
