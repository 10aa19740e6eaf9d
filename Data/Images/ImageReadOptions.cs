namespace FlowOde.Data.Images;

/// <summary>How images become those that a model sees.</summary>
public sealed record ImageReadOptions
{
    /// <summary>Each picture becomes a square of this side: scaled so that its shorter side fits, and cut in the middle; null to leave sizes as they are.</summary>
    /// <value>Null by default; from 1 to 4,096.</value>
    public int? Size { get; init => field = value is null or (>= 1 and <= 4096) ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "A picture's side lies between 1 and 4,096 pixels."); }

    /// <summary>First cuts a square of this side from the middle; null for none.</summary>
    /// <value>Null by default; at least 1.</value>
    public int? Crop { get; init => field = value is null or >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "A cut is at least one pixel wide."); }

    /// <summary>Whether colours become grey.</summary>
    /// <value>False by default.</value>
    public bool Grey { get; init; }

    /// <summary>Whether a user chose them, who is told where they do not apply; a model's own do nothing to what are no images.</summary>
    /// <value>True by default.</value>
    public bool AreAsked { get; init; } = true;

    /// <summary>The most pixels, channels counted, of all images together.</summary>
    /// <value>2 GiB by default.</value>
    public long MostPixels { get; init; } = int.MaxValue;

    /// <summary>The options that were given, as the command line names them; none where no user chose them.</summary>
    public IReadOnlyList<string> Given => !AreAsked
        ? []
        : [.. new[] { (Size is not null, "--size"), (Crop is not null, "--crop"), (Grey, "--grey") }.Where(option => option.Item1).Select(option => option.Item2)];
}
