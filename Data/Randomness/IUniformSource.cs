namespace FlowOde.Data.Randomness;

/// <summary>A stream of uniform random numbers: the only source of chance in this library.</summary>
/// <remarks>Not thread-safe: one source belongs to one caller.</remarks>
public interface IUniformSource
{
    /// <summary>The next uniform number.</summary>
    /// <returns>A number in [0, 1).</returns>
    double NextUniform();

    /// <summary>The next standard normal number, made from exactly two uniform ones.</summary>
    /// <remarks>The cosine branch of Box and Muller (1958) alone: keeping the sine for later would be hidden state, and a sample would then depend on who drew before it.</remarks>
    /// <returns>A number with mean 0 and standard deviation 1; finite.</returns>
    double NextNormal()
    {
        var radius = Math.Sqrt(-2 * Math.Log(1 - NextUniform()));
        return radius * Math.Cos(2 * Math.PI * NextUniform());
    }
}
