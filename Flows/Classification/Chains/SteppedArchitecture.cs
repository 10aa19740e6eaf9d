using FlowOde.Solvers.Steppers;

namespace FlowOde.Flows.Classification.Chains;

/// <summary>A network whose blocks are steps of one of this project's own methods.</summary>
/// <param name="name">The architecture's name.</param>
/// <param name="method">The method's name.</param>
/// <param name="description">One line.</param>
internal sealed class SteppedArchitecture(string name, string method, string description) : Architecture
{
    /// <inheritdoc/>
    public override string Name => name;

    /// <inheritdoc/>
    public override string Description => description;

    /// <inheritdoc/>
    public override bool IsAvailable => Method is not null;

    /// <inheritdoc/>
    public override IStepper? Method => StepperCatalog.Find(method);

    internal override Chain CreateChain(ChainParts parts) => SolvedChain.Stepped(parts, Method!);
}
