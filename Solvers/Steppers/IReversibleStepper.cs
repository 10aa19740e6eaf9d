using FlowOde.Solvers.Vectors;
using TorchSharp;

namespace FlowOde.Solvers.Steppers;

/// <summary>A stepper whose step has an inverse in closed form, so that a solve can be run back to where it started, to round-off.</summary>
public interface IReversibleStepper : IDifferentiableStepper
{
    /// <summary>Evaluations that undoing a step takes.</summary>
    int InverseStages { get; }

    /// <summary>Makes the memory for undoing steps. Belongs to the caller.</summary>
    StepReversal CreateReversal(VectorLayout layout, torch.ScalarType dtype, torch.Device device);
}
