using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Stochastic;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Tests.Solvers.Stochastic;

/// <summary>dy = rate dt + dW for two evolving segments with a constant and a quadrature between them; the diffusion writes into all of them, as it may.</summary>
internal sealed class RolesDiffusionField : IDiffusionField
{
    public bool IsAdditive => false; // so that Milstein's correction, which is zero, is computed

    public object WorkspaceKey => this;

    public VectorLayout StateLayout(long rows) => new(
        new Segment("a", rows, 2) { IsBatched = true },
        new Segment("rate", rows) { IsBatched = true, Role = SegmentRole.Constant },
        new Segment("duration", rows) { IsBatched = true, Role = SegmentRole.Quadrature },
        new Segment("b", rows, 1) { IsBatched = true });

    public FieldWorkspace CreateWorkspace(WorkspaceSpec spec) => new EmptyWorkspace();

    public void Evaluate(EvaluationTime time, FlatVector state, FieldTape tape, FlatVector intoDerivative)
    {
        intoDerivative["a"].copy_(state["rate"].unsqueeze(1));
        intoDerivative["b"].copy_(state["rate"].unsqueeze(1));
        intoDerivative["duration"].Fill(1);
    }

    public void Diffusion(EvaluationTime time, FlatVector state, FieldTape tape, FlatVector intoDiffusion)
    {
        foreach (string segment in (string[])["a", "b"])
        {
            intoDiffusion[segment].Fill(1);
        }

        intoDiffusion["duration"].Fill(17);
    }
}
