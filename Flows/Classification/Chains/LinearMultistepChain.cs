using FlowOde.Flows.Layers;
using FlowOde.Solvers;
using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;
using TorchSharp;
using static TorchSharp.torch;

namespace FlowOde.Flows.Classification.Chains;

/// <summary>x_{n+1} = (1 − k_n) x_n + k_n x_{n−1} + h f(n h, x_n; θ_n), begun by a step of Euler. Its gradient is in closed form.</summary>
/// <remarks>
/// Lu et al. 2018, §3; in the authors' code k multiplies x_n, so that theirs is 1 − k here. With λ_n = ∂L/∂x_n:
/// ∂L/∂k_n = λ_{n+1}·(x_{n−1} − x_n), λ_n gains (1 − k_n) λ_{n+1} + h (∂f/∂x)ᵀ λ_{n+1}, and λ_{n−1} gains k_n λ_{n+1}.
/// </remarks>
internal sealed class LinearMultistepChain(ChainParts parts) : Chain
{
    internal override VectorLayout StateLayout(long rows) => parts.Fields[0].StateLayout(rows);

    internal override RecordedChain Record(FlatVector start, TapeBudget budget)
    {
        if (parts.Solve.Adjoint is BackpropagationAdjoint)
        {
            return new BackpropagatedChain(parts, start, Express);
        }

        var record = new Recorded(parts, start);
        try
        {
            record.Run(keepsTapes: true);
            return record;
        }
        catch
        {
            record.Dispose();
            throw;
        }
    }

    internal override (FlatVector Final, int Evaluations) Run(FlatVector start)
    {
        using var record = new Recorded(parts, start);
        record.Run(keepsTapes: false);
        return (record.Final.Clone(), record.Statistics.Evaluations);
    }

    /// <summary>The same as torch operations.</summary>
    private Tensor Express(Tensor start, ChainLeaves leaves)
    {
        double step = 1.0 / parts.Depth;
        using Scalar h = step;
        Tensor state = start, before = start;
        for (int n = 0; n < parts.Depth; n++)
        {
            var next = state.add(leaves.Evaluate(Field(parts, n), n * step, state), h);
            if (n > 0)
            {
                next = next.add(before.add(state, CachedScalars.MinusOne).mul(leaves.Coefficients!.narrow(0, n - 1, 1)), CachedScalars.One);
            }

            (before, state) = (state, next);
        }

        return state;
    }

    private static int Field(ChainParts parts, int step) => parts.Fields.Count == 1 ? 0 : step;

    private sealed class Recorded : RecordedChain
    {
        private readonly ChainParts _parts;
        private readonly FieldEvaluation _evaluation;
        private readonly List<FlatVector> _states;
        private readonly List<FieldTape> _tapes = [];
        private readonly double[] _k;

        internal Recorded(ChainParts parts, FlatVector start)
        {
            (_parts, _evaluation, _states) = (parts, new FieldEvaluation(parts, start), [start.Clone()]);
            var numbers = new double[parts.Coefficients!.Layout.Length];
            parts.Coefficients.CopyTo(numbers);
            _k = [0, .. numbers.Take(parts.Depth - 1)];
        }

        internal override FlatVector Final => _states[^1];

        internal override SolveStatistics Statistics => new() { Evaluations = _evaluation.Count.Evaluations, AcceptedSteps = _states.Count - 1 };

        private double Step => 1.0 / _parts.Depth;

        internal void Run(bool keepsTapes)
        {
            using var noGradient = no_grad();
            using Scalar h = Step;
            for (int n = 0; n < _parts.Depth; n++)
            {
                var derivative = _evaluation.Evaluate(_parts.Fields[Field(_parts, n)], n * Step, _states[n], out var tape);
                var next = _states[n].Clone();
                _states.Add(next);
                next.Flat.add_(derivative.Flat, h);
                if (n > 0)
                {
                    using var scope = NewDisposeScope();
                    using Scalar k = _k[n];
                    next.Flat.add_(_states[n - 1].Flat.add(_states[n].Flat, CachedScalars.MinusOne), k);
                }

                if (keepsTapes)
                {
                    _tapes.Add(tape);
                }
                else
                {
                    _evaluation.Return(tape);
                }
            }
        }

        internal override (SolveStatistics Statistics, double Drift) Pullback(FlatVector cotangent, FlatVector intoStart, FlatVector intoGradient)
        {
            using var noGradient = no_grad();
            using var scope = NewDisposeScope();
            using Scalar h = Step;
            using var ofField = cotangent.CreateLike();
            var coefficients = intoGradient.Slice(_parts.Coefficients!.Layout, _parts.CoefficientOffset);

            // λ of x_{n+1}, and what has come to x_n so far.
            Tensor next = cotangent.Flat.clone(), here = zeros_like(next);
            using var carrier = cotangent.CreateLike();
            for (int n = _parts.Depth - 1; n >= 0; n--)
            {
                carrier.Flat.copy_(next);
                int field = Field(_parts, n);
                _parts.Fields[field].Pullback(_tapes[n], carrier, Step, ofField, _parts.GradientOf(intoGradient, field));
                _evaluation.Pulled(_tapes[n]);
                using Scalar k = _k[n], rest = 1 - _k[n];
                var before = zeros_like(next);
                here.add_(next, rest).add_(ofField.Flat, h);
                if (n > 0)
                {
                    before.add_(next, k);
                    coefficients[0][n - 1].add_(next.dot(_states[n - 1].Flat.add(_states[n].Flat, CachedScalars.MinusOne)), CachedScalars.One);
                }

                (next, here) = (here, before);
            }

            _tapes.Clear();
            intoStart.Flat.copy_(next);
            return (new() { Evaluations = 0, Pullbacks = _evaluation.Count.Pullbacks }, 0);
        }

        public override void Dispose()
        {
            _tapes.ForEach(_evaluation.Return);
            _tapes.Clear();
            _states.ForEach(state => state.Dispose());
            _evaluation.Dispose();
        }
    }
}
