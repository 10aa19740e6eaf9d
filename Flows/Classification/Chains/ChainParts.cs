using FlowOde.Flows.Classification.Blocks;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Flows.Classification.Chains;

/// <summary>What a chain is made of.</summary>
internal sealed record ChainParts
{
    /// <summary>The blocks as fields, each with its slice of the parameters, in the order in which the architecture uses them.</summary>
    internal required IReadOnlyList<BlockField> Fields { get; init; }

    /// <summary>Where each field's slice begins in the vector of all parameters.</summary>
    internal required IReadOnlyList<long> Offsets { get; init; }

    /// <summary>Numbers of the architecture's own, such as the weights of a multistep method; null where it has none.</summary>
    internal required FlatVector? Coefficients { get; init; }

    /// <summary>Where they begin in the vector of all parameters.</summary>
    internal required long CoefficientOffset { get; init; }

    /// <summary>Number of steps N of a chain that does not choose them itself.</summary>
    internal required int Depth { get; init; }

    /// <summary>How a chain that chooses its steps solves, and the gradient method of all solves.</summary>
    internal required ClassifierSolve Solve { get; init; }

    /// <summary>Keeps the memory of solves.</summary>
    internal required WorkspacePool Pool { get; init; }

    /// <summary>The field's part of a gradient of all parameters.</summary>
    internal FlatVector GradientOf(FlatVector gradient, int field) => gradient.Slice(Fields[field].Parameters.Layout, Offsets[field]);
}
