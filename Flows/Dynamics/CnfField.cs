using FlowOde.Flows.Layers;
using FlowOde.Flows.TraceEstimators;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Rows;
using FlowOde.Solvers.Vectors;
using TorchSharp;

namespace FlowOde.Flows.Dynamics;

/// <summary>The field of one solve: dynamics with the directions drawn for it.</summary>
internal class CnfField(CnfDynamics dynamics, Directions directions) : IAutogradField, IRowField
{
    public object WorkspaceKey => dynamics;

    public FlatVector Parameters => dynamics.Parameters;

    public VectorLayout StateLayout(long rows) => dynamics.StateLayout(rows);

    public FieldWorkspace CreateWorkspace(WorkspaceSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return new CnfWorkspace(dynamics.Network, spec, dynamics.DirectionCount, dynamics.Trace.ChunkBytes);
    }

    public IVectorField ForRows(ReadOnlySpan<long> rows)
    {
        using var index = torch.tensor(rows.ToArray(), device: directions.Values.device);
        return new OfSomeRows(dynamics, new(directions.Values.index_select(1, index), directions.Weight));
    }

    public void Evaluate(EvaluationTime time, FlatVector state, FieldTape tape, FlatVector intoDerivative)
    {
        var cnf = CnfTape.Of(tape, dynamics.Network, state.Layout.Rows);
        cnf.CopyInput(state);
        if (dynamics.Trace.ChunkBytes is not null)
        {
            RequireRows(state.Layout.Rows);
            EvaluateInChunks(time, cnf, intoDerivative);
            return;
        }

        if (!ReferenceEquals(cnf.Directions, directions))
        {
            Fill(cnf);
        }

        dynamics.Network.Forward(time, cnf.Network);
        var output = cnf.Network.Output;
        intoDerivative[0].copy_(output.Values);
        dynamics.Trace.Read(output, directions, -1, cnf.Scratch, intoDerivative[dynamics.FirstChannel]);
        for (int i = 0; i < dynamics.Regularizers.Count; i++)
        {
            dynamics.Regularizers[i].Read(output, directions, 1, cnf.Scratch, intoDerivative[dynamics.FirstChannel + 1 + i]);
        }
    }

    public void Pullback(FieldTape tape, FlatVector cotangent, double weight, FlatVector intoState, FlatVector intoGradient, torch.Tensor? intoTime = null)
    {
        if (dynamics.Trace.ChunkBytes is not null)
        {
            throw new InvalidOperationException("This trace goes through its directions in chunks, which leaves nothing to pull a gradient back through: that is for scoring. Train with a trace without ChunkBytes.");
        }

        var cnf = CnfTape.Of(tape, dynamics.Network, cotangent.Layout.Rows);
        var (output, seed) = (cnf.Network.Output, cnf.Network.Workspace.OutputCotangent);
        seed.Stacked.fill_(CachedScalars.Zero);
        seed.Values.copy_(cotangent[0]);
        dynamics.Trace.Seed(output, directions, -1, cnf.Scratch, cotangent[dynamics.FirstChannel], seed);
        for (int i = 0; i < dynamics.Regularizers.Count; i++)
        {
            dynamics.Regularizers[i].Seed(output, directions, 1, cnf.Scratch, cotangent[dynamics.FirstChannel + 1 + i], seed);
        }

        cnf.PullBack(dynamics.Network, weight, intoState, intoGradient, intoTime);
    }

    public void AccumulateParameters(FieldTape tape, double weight, FlatVector intoGradient) =>
        dynamics.Network.PullbackParameters(((CnfTape)tape).Network, weight, intoGradient, null);

    public ParameterLeaves CreateLeaves() => ParameterLeaves.CopyOf(Parameters);

    public torch.Tensor?[] Express(torch.Tensor time, IReadOnlyList<torch.Tensor> state, ParameterLeaves leaves)
    {
        RequireRows(state[0].shape[0]);
        using var scope = torch.NewDisposeScope();
        var output = dynamics.Network.Express(time, new(state[0], directions.Values), dynamics.FirstChannel > 1 ? state[1] : null, leaves.Tensors);
        torch.Tensor?[] rates =
        [
            output.Values,
            .. dynamics.FirstChannel > 1 ? (torch.Tensor?[])[null] : [],
            dynamics.Trace.Express(output, directions, -1),
            .. dynamics.Regularizers.Select(regularizer => regularizer.Express(output, directions, 1)),
        ];
        return [.. rates.Select(rate => rate?.MoveToOuterDisposeScope())];
    }

    /// <summary>f and the trace, the directions as many at a time as the tape has tangents; the last chunk is filled up with zeros.</summary>
    private void EvaluateInChunks(EvaluationTime time, CnfTape cnf, FlatVector intoDerivative)
    {
        using var scope = torch.NewDisposeScope();
        var (input, output, scratch, rate) = (cnf.Network.Input, cnf.Network.Output, cnf.Scratch, intoDerivative[dynamics.FirstChannel]);
        int together = input.TangentCount;
        for (int first = 0; first < directions.Count; first += together)
        {
            int count = Math.Min(together, directions.Count - first);
            input.Tangents.narrow(0, 0, count).copy_(directions.Values.narrow(0, first, count));
            if (count < together)
            {
                input.Tangents.narrow(0, count, together - count).fill_(CachedScalars.Zero);
            }

            dynamics.Network.Forward(time, cnf.Network);
            if (first == 0)
            {
                intoDerivative[0].copy_(output.Values);
            }

            scratch.Tangents.copy_(output.Tangents).mul_(input.Tangents);
            rate.addmv_(scratch.TangentsByRow, scratch.TangentOnes, first == 0 ? 0f : 1f, 1f);
        }

        rate.mul_(CachedScalars.Of(-directions.Weight));
    }

    private void RequireRows(long rows)
    {
        if (directions.Rows != rows)
        {
            throw new ArgumentException($"The directions of this solve were drawn for {directions.Rows} rows, the state has {rows}.");
        }
    }

    /// <summary>The field of some rows of a batch, which owns their directions.</summary>
    private sealed class OfSomeRows(CnfDynamics dynamics, Directions directions) : CnfField(dynamics, directions), IDisposable
    {
        private readonly Directions _owned = directions;

        public void Dispose() => _owned.Dispose();
    }

    private void Fill(CnfTape tape)
    {
        RequireRows(tape.Network.Input.Rows);
        tape.Network.Input.Tangents.copy_(directions.Values);
        tape.Directions = directions;
    }
}
