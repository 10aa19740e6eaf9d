namespace FlowOde.Flows.Composition;

/// <summary>The unit in which likelihoods of images are reported: bits for each number of an image of integers.</summary>
public static class BitsPerDim
{
    /// <summary>−log2 p / D of images of integers with noise added, x + u: at the same time −log2 p(y) / D + log2 L of y = (x + u)/L.</summary>
    /// <remarks>Papamakarios et al. 2017, App. E; the scaling by L is the model's first map, and its log-determinant in the density.</remarks>
    /// <param name="negativeLogDensity">−log p(x + u), in nats, with x in levels.</param>
    /// <param name="dimension">Numbers D of an image, at least 1.</param>
    public static double FromNats(double negativeLogDensity, long dimension)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimension, 1);
        return negativeLogDensity / (dimension * Math.Log(2));
    }
}
