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

    /// <summary>Makes the memory of one solve. Belongs to the caller.</summary>
    StepWorkspace CreateWorkspace(VectorLayout layout, torch.ScalarType dtype, torch.Device device);
}
