using FlowOde.Flows.Bijections;
using FlowOde.Solvers;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Flows.Composition;

/// <summary>A map of data to the base that can pull cotangents back, once. Owns its tensors.</summary>
public abstract class RecordedFlow : IDisposable
{
    /// <summary>The rows at the base, [batch, dimension]. Belongs to the record.</summary>
    public abstract Tensor Values { get; }

    /// <summary>log p at the base minus log p at the data, [batch], in nats. Belongs to the record.</summary>
    public abstract Tensor DeltaLogDensity { get; }

    /// <summary>The integral of each regulariser, [batch] each, in the order of the settings. They belong to the record.</summary>
    public abstract IReadOnlyList<Tensor> Regularizers { get; }

    /// <summary>What the forward solves cost.</summary>
    public abstract SolveStatistics Statistics { get; }

    /// <summary>The accepted grid of each continuous part, in the order travelled: the start, then the end of each step.</summary>
    public virtual IReadOnlyList<IReadOnlyList<double>> Grids => [];

    /// <summary>The most bytes of tapes and states that were kept at a time, so far as the gradient method counts them.</summary>
    public virtual long KeptBytes => 0;

    /// <summary>What the parts with running statistics propose for them, in the order travelled.</summary>
    public virtual IReadOnlyList<BatchMoments> Moments => [];

    /// <summary>Pulls cotangents back and adds the parameter gradient.</summary>
    /// <param name="cotangent">∂L by what this record holds.</param>
    /// <param name="intoGradient">Is added to.</param>
    /// <returns>∂L/∂data, which belongs to the caller, and what it cost.</returns>
    public abstract FlowGradient Pullback(FlowCotangent cotangent, FlatVector intoGradient);

    /// <inheritdoc/>
    public abstract void Dispose();
}
