using FlowOde.Data.Randomness;
using FlowOde.Flows.Randomness;

namespace FlowOde.Cli.Training;

/// <summary>The draws of a run as the source that toy densities ask for.</summary>
/// <param name="draws">The numbers of one purpose and step.</param>
internal sealed class PhiloxUniforms(SequentialDraws draws) : IUniformSource
{
    /// <inheritdoc/>
    public double NextUniform() => draws.NextUniform();
}
