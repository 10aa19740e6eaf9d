using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Measurement;

namespace FlowOde.Flows.Classification.Chains;

/// <summary>Two halves of the channels that move each other (Gomez et al. 2017): symplectic Euler, which can be undone.</summary>
internal sealed class ReversibleArchitecture : Architecture
{
    /// <inheritdoc/>
    public override string Name => "revnet";

    /// <inheritdoc/>
    public override string Description => "two halves that move each other: symplectic Euler, undone in the backward pass";

    /// <inheritdoc/>
    public override bool HasOwnGradient => true;

    /// <inheritdoc/>
    public override bool UndoesSteps => true;

    /// <summary>None: each step is undone before it is pulled back.</summary>
    public override MemoryTheory? Memory(IAdjoint? adjoint, bool isShared) => new(0);

    internal override int Parts => 2;

    internal override Chain CreateChain(ChainParts parts) => new ReversibleChain(parts);
}
