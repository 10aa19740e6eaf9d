using FlowOde.Flows.Composition;
using FlowOde.Flows.Networks;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Flows.Bijections;

/// <summary>
/// Space to depth: each 2 × 2 square of a channel's pixels becomes four channels, [C, H, W] to [4C, H/2, W/2]. A permutation of the columns, which
/// changes no density: pixel (2i + dy, 2j + dx) of channel c goes to pixel (i, j) of channel 4c + 2dy + dx.
/// </summary>
/// <remarks>Dinh et al. 2017 (RealNVP), §3.6; the order of the channels is that of the FFJORD authors' code.</remarks>
public sealed class Squeeze : IFlow
{
    /// <summary>Makes the map.</summary>
    /// <param name="image">The image that a row is; height and width even.</param>
    /// <exception cref="ArgumentException">Height or width is odd.</exception>
    public Squeeze(ImageShape image)
    {
        ArgumentNullException.ThrowIfNull(image);
        (From, To) = (image, ToShape(image));
    }

    /// <summary>The shape at the data, [C, H, W].</summary>
    public ImageShape From { get; }

    /// <summary>The shape at the base, [4C, H/2, W/2].</summary>
    public ImageShape To { get; }

    /// <inheritdoc/>
    public int Dimension => checked((int)From.Length);

    /// <summary>No parameters.</summary>
    public FlatVector Parameters { get; } = new(VectorLayout.Empty, ScalarType.Float32);

    /// <summary>The shape that an image is squeezed to, [4C, H/2, W/2].</summary>
    /// <param name="image">The image, [C, H, W]; height and width even.</param>
    /// <exception cref="ArgumentException">Height or width is odd.</exception>
    public static ImageShape ToShape(ImageShape image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return image.Height % 2 == 0 && image.Width % 2 == 0
            ? new(4 * image.Channels, image.Height / 2, image.Width / 2)
            : throw new ArgumentException($"An image {image} cannot be squeezed, as its height {image.Height} and width {image.Width} are not both even. Pad or crop the images, or use fewer scales.", nameof(image));
    }

    /// <inheritdoc/>
    public FlowResult ToBase(Tensor data, FlowDraw draw) => new(Squeezed(data), None(data), new());

    /// <inheritdoc/>
    public FlowResult ToData(Tensor latent, FlowDraw draw) => new(Generate(latent).Values, None(latent), new());

    /// <inheritdoc/>
    public GeneratedRows Generate(Tensor latent, Tensor? context = null)
    {
        ArgumentNullException.ThrowIfNull(latent);
        using var scope = NewDisposeScope();
        return new(latent.reshape(-1, From.Channels, 2, 2, To.Height, To.Width).permute(0, 1, 4, 2, 5, 3).contiguous().view(-1, From.Length).MoveToOuterDisposeScope(), new());
    }

    /// <inheritdoc/>
    public RecordedFlow RecordToBase(Tensor data, FlowDraw draw) => new RecordedBijection(ToBase(data, draw), (cotangent, _) => Generate(cotangent.Values).Values);

    private Tensor Squeezed(Tensor data)
    {
        ArgumentNullException.ThrowIfNull(data);
        using var scope = NewDisposeScope();
        return data.reshape(-1, From.Channels, To.Height, 2, To.Width, 2).permute(0, 1, 3, 5, 2, 4).contiguous().view(-1, To.Length).MoveToOuterDisposeScope();
    }

    private static Tensor None(Tensor like) => zeros(like.shape[0], dtype: like.dtype, device: like.device);
}
