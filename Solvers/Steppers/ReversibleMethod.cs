using FlowOde.Solvers.Vectors;
using TorchSharp;

namespace FlowOde.Solvers.Steppers;

/// <summary>A general linear method with an inverse in closed form.</summary>
public sealed class ReversibleMethod : GeneralLinearMethod, IReversibleStepper
{
    private readonly GeneralLinearPass _inverse;

    /// <summary>Takes the coefficients.</summary>
    /// <exception cref="ArgumentException">They have no inverse.</exception>
    public ReversibleMethod(GeneralLinearTableau tableau)
        : base(tableau) => _inverse = tableau.Inverse ?? throw new ArgumentException($"'{tableau.Name}' has no inverse.", nameof(tableau));

    /// <inheritdoc/>
    public int InverseStages => _inverse.Stages;

    /// <inheritdoc/>
    public StepReversal CreateReversal(VectorLayout layout, torch.ScalarType dtype, torch.Device device) =>
        new GeneralLinearReversal(_inverse, CarriedVectors, layout, dtype, device);
}
