using FlowOde.Flows.Classification.Blocks;
using FlowOde.Flows.Layers;
using FlowOde.Solvers;
using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Vectors;
using TorchSharp;
using static TorchSharp.torch;

namespace FlowOde.Flows.Classification.Chains;

/// <summary>
/// y₁ = x₁ + h F_n(x₂), y₂ = x₂ + h G_n(y₁) on two halves of the channels. The backward pass undoes the steps, x₂ = y₂ − h G_n(y₁),
/// x₁ = y₁ − h F_n(x₂), so that memory does not grow with depth.
/// </summary>
/// <remarks>Gomez et al. 2017. Since the second line uses the new y₁ this is the symplectic Euler method of Ẋ = F(Y), Ẏ = G(X), and not the explicit one.</remarks>
internal sealed class ReversibleChain(ChainParts parts) : Chain
{
    internal override VectorLayout StateLayout(long rows) => parts.Fields[0].StateLayout(rows).Map(half => new Segment(half.Name, [half.Shape[0], 2 * half.Shape[1], .. half.Shape[2..]]) { IsBatched = true });

    internal override RecordedChain Record(FlatVector start, TapeBudget budget) =>
        parts.Solve.Adjoint is BackpropagationAdjoint ? new BackpropagatedChain(parts, start, Express) : Passed(start);

    internal override (FlatVector Final, int Evaluations) Run(FlatVector start)
    {
        using var record = Passed(start);
        return (record.Final.Clone(), record.Statistics.Evaluations);
    }

    private Recorded Passed(FlatVector start)
    {
        var record = new Recorded(parts, start);
        try
        {
            record.Run();
            return record;
        }
        catch
        {
            record.Dispose();
            throw;
        }
    }

    /// <summary>The same as torch operations.</summary>
    private Tensor Express(Tensor start, ChainLeaves leaves)
    {
        double step = 1.0 / parts.Depth;
        using Scalar h = step;
        long channels = start.size(1) / 2;
        Tensor[] halves = [start.narrow(1, 0, channels), start.narrow(1, channels, channels)];
        for (int n = 0; n < parts.Depth; n++)
        {
            for (int half = 0; half < 2; half++)
            {
                halves[half] = halves[half].add(leaves.Evaluate(Index(parts, n, half), n * step, halves[1 - half]), h);
            }
        }

        return cat(halves, 1);
    }

    private static int Index(ChainParts parts, int step, int half) => (parts.Fields.Count == 2 ? 0 : 2 * step) + half;

    private sealed class Recorded : RecordedChain
    {
        private readonly ChainParts _parts;
        private readonly FlatVector[] _halves, _begun;
        private readonly FieldEvaluation _evaluation;
        private readonly Scalar _forward, _back;

        internal Recorded(ChainParts parts, FlatVector start)
        {
            _parts = parts;
            Final = start.CreateLike();
            var layout = parts.Fields[0].StateLayout(start.Layout.Rows);
            _halves = [new(layout, start.DType, start.Device), new(layout, start.DType, start.Device)];
            Split(start, _halves);
            _begun = [_halves[0].Clone(), _halves[1].Clone()];
            _evaluation = new(parts, _halves[0]);
            (_forward, _back) = (Step, -Step);
        }

        internal override FlatVector Final { get; }

        internal override SolveStatistics Statistics => new() { Evaluations = 2 * _parts.Depth, AcceptedSteps = _parts.Depth };

        private double Step => 1.0 / _parts.Depth;

        internal void Run()
        {
            using var noGradient = no_grad();
            for (int n = 0; n < _parts.Depth; n++)
            {
                Move(n, 0, _forward);
                Move(n, 1, _forward);
            }

            Join(_halves, Final);
        }

        internal override (SolveStatistics Statistics, double Drift) Pullback(FlatVector cotangent, FlatVector intoStart, FlatVector intoGradient)
        {
            using var noGradient = no_grad();
            int before = _evaluation.Count.Evaluations;
            FlatVector[] cotangents = [_halves[0].CreateLike(), _halves[0].CreateLike()];
            using var ofField = _halves[0].CreateLike();
            Split(cotangent, cotangents);
            for (int n = _parts.Depth - 1; n >= 0; n--)
            {
                Undo(n, 1, cotangents, ofField, intoGradient);
                Undo(n, 0, cotangents, ofField, intoGradient);
            }

            Join(cotangents, intoStart);
            Array.ForEach(cotangents, half => half.Dispose());
            return (new() { Evaluations = _evaluation.Count.Evaluations - before, Pullbacks = _evaluation.Count.Pullbacks }, Drift());
        }

        public override void Dispose()
        {
            Final.Dispose();
            Array.ForEach(_halves, half => half.Dispose());
            Array.ForEach(_begun, half => half.Dispose());
            _evaluation.Dispose();
            _forward.Dispose();
            _back.Dispose();
        }

        /// <summary>Adds ±h of the field of a half, at the other half, to it.</summary>
        private void Move(int step, int half, Scalar signed)
        {
            var derivative = _evaluation.Evaluate(Field(step, half), step * Step, _halves[1 - half], out var tape);
            _halves[half].Flat.add_(derivative.Flat, signed);
            _evaluation.Return(tape);
        }

        /// <summary>Undoes such a move, and pulls the half's cotangent through its field to the other half.</summary>
        private void Undo(int step, int half, FlatVector[] cotangents, FlatVector ofField, FlatVector intoGradient)
        {
            var field = Field(step, half);
            var derivative = _evaluation.Evaluate(field, step * Step, _halves[1 - half], out var tape);
            _halves[half].Flat.add_(derivative.Flat, _back);
            field.Pullback(tape, cotangents[half], Step, ofField, _parts.GradientOf(intoGradient, Index(_parts, step, half)));
            cotangents[1 - half].Flat.add_(ofField.Flat, _forward);
            _evaluation.Pulled(tape);
        }

        /// <summary>How far the start that undoing all steps has led to lies from the true one, relative to it.</summary>
        private double Drift()
        {
            double distance = 0, size = 0;
            for (int half = 0; half < 2; half++)
            {
                VectorRange[] all = [new(0, _begun[half].Layout.Length)];
                size += LinearCombination.Dot(_begun[half], _begun[half], all);
                _halves[half].Flat.add_(_begun[half].Flat, CachedScalars.MinusOne);
                distance += LinearCombination.Dot(_halves[half], _halves[half], all);
            }

            return distance == 0 ? 0 : Math.Sqrt(distance / size);
        }

        private BlockField Field(int step, int half) => _parts.Fields[Index(_parts, step, half)];

        private static void Split(FlatVector whole, FlatVector[] intoHalves)
        {
            using var scope = NewDisposeScope();
            long channels = whole[0].size(1) / 2;
            for (int half = 0; half < 2; half++)
            {
                intoHalves[half][0].copy_(whole[0].narrow(1, half * channels, channels));
            }
        }

        private static void Join(FlatVector[] halves, FlatVector intoWhole)
        {
            using var scope = NewDisposeScope();
            long channels = intoWhole[0].size(1) / 2;
            for (int half = 0; half < 2; half++)
            {
                intoWhole[0].narrow(1, half * channels, channels).copy_(halves[half][0]);
            }
        }
    }
}
