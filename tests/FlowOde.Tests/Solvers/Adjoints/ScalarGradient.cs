using FlowOde.Solvers;
using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Fields;

namespace FlowOde.Tests.Solvers.Adjoints;

/// <summary>The gradient of Σ w_k z(t_k) for a field of one column and one parameter.</summary>
internal sealed record ScalarGradient(double ByStart, double ByParameter, double[] ByTime, double Drift, SolveStatistics Cost)
{
    /// <summary>Records a problem and pulls back the weights of its states.</summary>
    public static ScalarGradient Of(OdeProblem problem, IAdjoint adjoint, params double[] weights)
    {
        using var record = adjoint.Record(problem, new(long.MaxValue));
        return Pull(problem, record, weights);
    }

    public static ScalarGradient Pull(OdeProblem problem, RecordedSolve record, params double[] weights)
    {
        using var start = problem.Start.CreateLike();
        using var gradient = ((IDifferentiableField)problem.Field).Parameters.CreateLike();
        var cotangents = weights.Select(weight =>
        {
            var cotangent = problem.Start.CreateLike();
            cotangent.AsSpan<double>(0)[0] = weight;
            return cotangent;
        }).ToArray();
        var result = record.Pullback(cotangents, start, gradient);
        return new(start.AsSpan<double>(0)[0], gradient.AsSpan<double>(0)[0], [.. result.TimeCotangents], result.Drift, result.Statistics);
    }
}
