using FlowOde.Solvers;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Flows.Classification.Chains;

/// <summary>A chain that is one autograd graph: the reference of chains whose gradient has a way of its own.</summary>
internal sealed class BackpropagatedChain : RecordedChain
{
    private readonly ChainParts _parts;
    private readonly ChainLeaves _leaves;
    private readonly Tensor _start, _end;

    /// <param name="parts">The chain.</param>
    /// <param name="start">The state behind the stem. Not changed.</param>
    /// <param name="express">The chain as torch operations, from the state behind the stem to that before the head.</param>
    internal BackpropagatedChain(ChainParts parts, FlatVector start, Func<Tensor, ChainLeaves, Tensor> express)
    {
        (_parts, _leaves, Final) = (parts, new(parts), start.CreateLike());
        using var scope = NewDisposeScope();
        using (enable_grad())
        {
            _start = start[0].detach().clone().requires_grad_().DetachFromDisposeScope();
            _end = express(_start, _leaves).DetachFromDisposeScope();
        }

        using var noGradient = no_grad();
        Final[0].copy_(_end.detach());
    }

    internal override FlatVector Final { get; }

    internal override SolveStatistics Statistics => new() { Evaluations = _leaves.Evaluations, AcceptedSteps = _parts.Depth };

    internal override (SolveStatistics Statistics, double Drift) Pullback(FlatVector cotangent, FlatVector intoStart, FlatVector intoGradient)
    {
        using var scope = NewDisposeScope();
        var gradients = CheckedAutograd.Gradient(_end, [_start, .. _leaves.All], cotangent[0]);
        using var noGradient = no_grad();
        intoStart[0].copy_(gradients[0]!);
        _leaves.Add(gradients.AsSpan(1), intoGradient);
        return (new() { Pullbacks = _leaves.Evaluations }, 0);
    }

    public override void Dispose()
    {
        Final.Dispose();
        _start.Dispose();
        _end.Dispose();
        _leaves.Dispose();
    }
}
