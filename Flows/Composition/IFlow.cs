using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Flows.Composition;

/// <summary>
/// An invertible map between data and base that tracks log-density. <c>DeltaLogDensity</c> of a map is log p at its end minus log p at
/// its start along the direction travelled, in nats: −∫ tr J dt of a continuous flow, −log|det| of a bijection.
/// </summary>
public interface IFlow
{
    /// <summary>Number of columns of a row.</summary>
    int Dimension { get; }

    /// <summary>The parameters; a gradient has the same layout. Belongs to the model.</summary>
    FlatVector Parameters { get; }

    /// <summary>Maps rows of data to the base.</summary>
    /// <param name="data">Rows, [batch, dimension]. Not changed.</param>
    /// <param name="draw">What random draws of this call are keyed by.</param>
    /// <returns>New tensors; belongs to the caller.</returns>
    /// <exception cref="Solvers.OdeSolveException">A solve cannot go on.</exception>
    FlowResult ToBase(Tensor data, FlowDraw draw);

    /// <summary>Maps rows of the base to data: the inverse of <see cref="ToBase"/>.</summary>
    /// <param name="latent">Rows, [batch, dimension]. Not changed.</param>
    /// <param name="draw">What random draws of this call are keyed by.</param>
    /// <returns>New tensors; belongs to the caller.</returns>
    /// <exception cref="Solvers.OdeSolveException">A solve cannot go on.</exception>
    FlowResult ToData(Tensor latent, FlowDraw draw);

    /// <summary>Maps rows of the base to data without tracking density, which sampling does not need.</summary>
    /// <param name="latent">Rows, [batch, dimension]. Not changed.</param>
    /// <param name="context">What the fields depend on besides, [batch, context], such as classes as unit vectors; null for zeros.</param>
    /// <returns>A new tensor; belongs to the caller.</returns>
    /// <exception cref="Solvers.OdeSolveException">A solve cannot go on.</exception>
    GeneratedRows Generate(Tensor latent, Tensor? context = null);

    /// <summary>Maps rows of data to the base so that cotangents can be pulled back.</summary>
    /// <param name="data">Rows, [batch, dimension]. Not changed.</param>
    /// <param name="draw">What random draws of this call are keyed by.</param>
    /// <returns>The record; belongs to the caller.</returns>
    /// <exception cref="Solvers.OdeSolveException">A solve cannot go on.</exception>
    RecordedFlow RecordToBase(Tensor data, FlowDraw draw);
}
