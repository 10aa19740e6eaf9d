namespace FlowOde.Flows.Classification.Blocks;

/// <summary>A kind of field that a classifier's chain can be made of, with the stem before it and the head behind it.</summary>
public abstract class BlockKind
{
    /// <summary>The name, as a user types it.</summary>
    public abstract string Name { get; }

    /// <summary>What it is, in one line.</summary>
    public abstract string Description { get; }

    /// <summary>Whether stem, field and head have derivatives of every order; relu has bends.</summary>
    public abstract bool IsSmooth { get; }

    /// <summary>Refuses rows that the kind cannot take.</summary>
    /// <exception cref="ArgumentException">They are no images, or of a size that cannot be halved so often.</exception>
    internal abstract void Check(OdeClassifierOptions options);

    /// <summary>From standardised rows [B, D] to the states that the chain starts from.</summary>
    internal abstract ExpressedMap Stem(OdeClassifierOptions options);

    /// <summary>One block.</summary>
    /// <param name="options">The classifier.</param>
    /// <param name="channels">Channels of its state: all, or those of a part of it.</param>
    internal abstract ExpressedBlock Block(OdeClassifierOptions options, long channels);

    /// <summary>From the chain's last states to the scores of classes, [B, classes].</summary>
    internal abstract ExpressedMap Head(OdeClassifierOptions options);
}
