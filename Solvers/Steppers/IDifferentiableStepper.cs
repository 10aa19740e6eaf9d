using FlowOde.Solvers.Vectors;
using TorchSharp;

namespace FlowOde.Solvers.Steppers;

/// <summary>A stepper whose step can be differentiated exactly: discretise, then optimise.</summary>
public interface IDifferentiableStepper : IStepper
{
    /// <summary>Stages whose tapes a pullback needs. A further stage that only serves the next step is not counted.</summary>
    int TapedStages { get; }

    /// <summary>Whether the evaluation after the taped stages is the first of the next step.</summary>
    bool IsFirstSameAsLast { get; }

    /// <summary>Makes the memory for pulling cotangents back through steps. Belongs to the caller.</summary>
    StepPullback CreatePullback(VectorLayout layout, torch.ScalarType dtype, torch.Device device);
}
