using FlowOde.Solvers.Tableaus;
using FlowOde.Solvers.Vectors;
using TorchSharp;

namespace FlowOde.Solvers.Steppers;

/// <summary>A method that makes one step and estimates its error; it accepts nothing. Immutable; may be shared between threads.</summary>
public interface IStepper
{
    /// <summary>The method's name in the literature.</summary>
    string Name { get; }

    /// <summary>The order of the solution that is propagated.</summary>
    int Order { get; }

    /// <summary>The order of the embedded solution; 0 where the method estimates no error.</summary>
    int EmbeddedOrder { get; }

    /// <summary>
    /// Whether the factor by which each stage's derivative enters the step's result is known when it is evaluated
    /// (<see cref="StagePoint.Weight"/>; for stage 0 on acceptance, <see cref="AcceptedStep.FirstWeight"/>), so that an integral can be
    /// summed beside the state. Where it is not, the integral must be part of the state.
    /// </summary>
    bool StatesStageWeights { get; }

    /// <summary>The highest order that steps may have: above <see cref="Order"/> where the order adapts with the steps.</summary>
    /// <value><see cref="Order"/> by default.</value>
    int HighestOrder => Order;

    /// <summary>The order at which dense output interpolates within a step.</summary>
    int DenseOrder { get; }

    /// <summary>Whether the error of a step is known row by row and rows may be kept or thrown away by themselves: of one-step methods with an error estimate.</summary>
    /// <value>False by default.</value>
    bool JudgesRows => false;

    /// <summary>Stages of a step: evaluations that it is made of, or as many unknown ones that are solved for.</summary>
    /// <value>1 by default, as for explicit linear multistep methods.</value>
    int Stages => 1;

    /// <summary>How stable the method is on stiff equations.</summary>
    /// <value><see cref="Stability.Bounded"/> by default, as for all explicit methods.</value>
    Stability Stability => Stability.Bounded;

    /// <summary>Whether the method goes on where an equation is stiff, with steps as long as its accuracy lets them be.</summary>
    /// <value>That of its <see cref="Stability"/> by default.</value>
    bool AllowsForStiffness => Stability != Stability.Bounded;

    /// <summary>Whether this method can integrate states of a layout.</summary>
    /// <param name="layout">The layout.</param>
    /// <param name="reason">Why not, and what to do; empty where it can.</param>
    bool Supports(VectorLayout layout, out string reason)
    {
        reason = string.Empty;
        return true;
    }

    /// <summary>Makes the memory of one solve. Belongs to the caller.</summary>
    StepWorkspace CreateWorkspace(VectorLayout layout, torch.ScalarType dtype, torch.Device device);
}
