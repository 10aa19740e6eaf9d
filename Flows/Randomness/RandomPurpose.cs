using FlowOde.Solvers.Stochastic;

namespace FlowOde.Flows.Randomness;

/// <summary>What a draw is for: draws for different purposes never share a block of the generator.</summary>
/// <remarks>The numbers are part of every saved run and never change: a new purpose takes the next free one, up to 255.</remarks>
public enum RandomPurpose
{
    /// <summary>First values of the parameters.</summary>
    Initialization = 0,

    /// <summary>Which rows make up a training batch.</summary>
    Batch = 1,

    /// <summary>Probes of a trace estimator.</summary>
    Probe = 2,

    /// <summary>Base points drawn in training.</summary>
    Base = 3,

    /// <summary>Base points of samples that a user asked for.</summary>
    Sample = 4,

    /// <summary>Probes and noise in scoring.</summary>
    Evaluation = 5,

    /// <summary>Starts of mixture fits and choices between components.</summary>
    Mixture = 6,

    /// <summary>Splits of a data set into training, validation and test rows.</summary>
    Split = 7,

    /// <summary>Rows of a toy density.</summary>
    Toy = 8,

    /// <summary>Noise that makes integer data continuous.</summary>
    Dequantization = 9,

    /// <summary>Directions in the space of the parameters, along which gradients are checked.</summary>
    Direction = 10,

    /// <summary>Which images of a training step are mirrored, and the like.</summary>
    Augmentation = 11,

    /// <summary>Brownian paths of stochastic differential equations (<see cref="BrownianPath"/>).</summary>
    Path = BrownianPath.Purpose,
}
