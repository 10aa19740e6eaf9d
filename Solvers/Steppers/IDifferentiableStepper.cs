using FlowOde.Solvers.Vectors;
using TorchSharp;

namespace FlowOde.Solvers.Steppers;

/// <summary>A stepper whose step can be differentiated exactly: discretise, then optimise.</summary>
public interface IDifferentiableStepper : IStepper
{
    /// <summary>Stages whose tapes a pullback needs. A further stage that only serves the next step or an error estimate is not counted.</summary>
    int TapedStages { get; }

    /// <summary>Vectors that a step takes over from the one before, the state included; 1 for one-step methods.</summary>
    int CarriedVectors { get; }

    /// <summary>Makes the memory for pulling cotangents back through steps. Belongs to the caller.</summary>
    StepPullback CreatePullback(VectorLayout layout, torch.ScalarType dtype, torch.Device device);
}
