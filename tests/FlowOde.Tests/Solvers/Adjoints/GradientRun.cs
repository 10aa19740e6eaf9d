using FlowOde.Solvers;
using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Tests.Solvers.Adjoints;

/// <summary>A recorded solve pulled back from cotangents sin((k + 1) y + 0.3) at every save time k: everything that comes out, in double.</summary>
internal sealed record GradientRun(double[] Parameters, double[] Start, double[] Times, double[] Final, SolveStatistics Forward, SolveStatistics Backward, IReadOnlyList<double> Grid)
{
    internal static GradientRun Of(OdeProblem problem, IAdjoint adjoint)
    {
        using var scope = NewDisposeScope();
        using var record = adjoint.Record(problem, new(long.MaxValue));
        var cotangents = record.States.Select((state, k) =>
        {
            var cotangent = state.CreateLike();
            for (int i = 0; i < state.Layout.Segments.Count; i++)
            {
                cotangent[i].copy_(state[i].Times(k + 1).Plus(0.3).sin());
            }

            return cotangent;
        }).ToArray();
        using var gradient = ((IDifferentiableField)problem.Field).Parameters.CreateLike();
        using var start = problem.Start.CreateLike();
        double[] final = Doubles(record.Final);
        var result = record.Pullback(cotangents, start, gradient);
        Array.ForEach(cotangents, cotangent => cotangent.Dispose());
        return new(Doubles(gradient), Doubles(start), [.. result.TimeCotangents], final, record.Statistics, result.Statistics, [.. record.Grid]);
    }

    /// <summary>Asserts that states and gradients differ by no more than a part of their lengths.</summary>
    internal void AssertClose(GradientRun other, double tolerance)
    {
        foreach (var (what, mine, theirs) in new[] { ("final state", Final, other.Final), ("parameters", Parameters, other.Parameters), ("start", Start, other.Start), ("times", Times, other.Times) })
        {
            double distance = Distance(mine, theirs);
            Assert.True(distance <= tolerance, $"{what}: relative distance {distance:E2}, allowed {tolerance:E0}");
        }
    }

    /// <summary>‖expected − actual‖ as a part of ‖expected‖; as it is where all are zero, or there are none.</summary>
    internal static double Distance(double[] expected, double[] actual)
    {
        double size = expected.Sum(a => a * a), difference = expected.Zip(actual, (a, b) => (a - b) * (a - b)).Sum();
        return Math.Sqrt(size == 0 ? difference : difference / size);
    }

    private static double[] Doubles(FlatVector vector) => vector.Flat.to(ScalarType.Float64).data<double>().ToArray();
}
