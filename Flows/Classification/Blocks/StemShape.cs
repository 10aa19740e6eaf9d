namespace FlowOde.Flows.Classification.Blocks;

/// <summary>The convolutions between images and the first block.</summary>
public sealed record StemShape
{
    private const int FirstKernel = 3;

    private StemShape(string name, int halvingKernel, bool isFirstPadded) => (Name, HalvingKernel, IsFirstPadded) = (name, halvingKernel, isFirstPadded);

    /// <summary>Kernels of 3 x 3 with zeros around the images, so that also odd sizes are halved, upwards.</summary>
    public static StemShape Padded { get; } = new("padded", 3, isFirstPadded: true);

    /// <summary>A kernel of 3 x 3 without zeros around the images, then kernels of 4 x 4 that halve them, downwards, as in the published code for MNIST (Chen et al. 2018).</summary>
    public static StemShape Published { get; } = new("published", 4, isFirstPadded: false);

    /// <summary>All shapes.</summary>
    public static IReadOnlyList<StemShape> All { get; } = [Padded, Published];

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Height and width of the kernels that halve images.</summary>
    public int HalvingKernel { get; }

    /// <summary>Whether zeros are around the images of the first convolution, so that it keeps their size.</summary>
    public bool IsFirstPadded { get; }

    /// <summary>The shape of a name.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static StemShape Named(string name) => All.FirstOrDefault(shape => shape.Name == name)
        ?? throw new ArgumentException($"There is no stem '{name}'; known are {string.Join(", ", All.Select(shape => shape.Name))}.", nameof(name));

    /// <summary>A side of an image behind the stem.</summary>
    /// <param name="side">Before it, in pixels.</param>
    /// <param name="halvings">How often it is halved.</param>
    /// <returns>Pixels; 0 or less where the image is too small.</returns>
    internal int SideBehind(int side, int halvings)
    {
        side -= IsFirstPadded ? 0 : FirstKernel - 1;
        for (int i = 0; i < halvings && side > 0; i++)
        {
            side = (side + (2 * ((HalvingKernel - 1) / 2)) - HalvingKernel + 2) / 2;
        }

        return side;
    }

    /// <summary>The least side of an image that can go through the stem.</summary>
    /// <param name="halvings">How often it is halved.</param>
    internal int LeastSide(int halvings)
    {
        int least = 1;
        for (int i = 0; i < halvings; i++)
        {
            least *= 2;
        }

        return least + (IsFirstPadded ? 0 : FirstKernel - 1);
    }
}
