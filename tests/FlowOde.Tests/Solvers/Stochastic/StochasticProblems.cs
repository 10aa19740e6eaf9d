using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Stochastic;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Tests.Solvers.Stochastic;

/// <summary>Stochastic problems with known solutions.</summary>
internal static class StochasticProblems
{
    public const double Sigma = 0.8;

    /// <summary>∫ (0.5 + cos 2s) ds from 0 to t, the exponent of <see cref="Growth"/>.</summary>
    public static double Exponent(double t) => (0.5 * t) + (0.5 * Math.Sin(2 * t));

    /// <summary>Geometric Brownian motion with a drift that depends on time, dy = (0.5 + cos 2t) y dt + σ y dW.</summary>
    public static EntryField Growth(int columns = 1, bool hasTangent = false)
    {
        Func<double, double, double> drift = (t, y) => (0.5 + Math.Cos(2 * t)) * y, diffusion = (_, y) => Sigma * y;
        return hasTangent ? new EntryTangentField(columns, drift, diffusion, (_, _) => Sigma) : new EntryField(columns, drift, diffusion);
    }

    /// <summary>The exact solution of <see cref="Growth"/> from 1 at time 0 along a path, in the sense of a calculus.</summary>
    public static double[] Grown(BrownianPath path, double time, SdeCalculus calculus)
    {
        double[] w = Values(path, time);
        double correction = calculus == SdeCalculus.Ito ? 0.5 * Sigma * Sigma * time : 0;
        return [.. w.Select(value => Math.Exp(Exponent(time) - correction + (Sigma * value)))];
    }

    public static double[] Values(BrownianPath path, double time)
    {
        double[] w = new double[path.Rows * path.Columns];
        path.Read(time, w);
        return w;
    }

    public static SdeProblem Problem(IVectorField field, ISdeStepper stepper, BrownianPath path, int steps, double start = 1, ScalarType dtype = ScalarType.Float64)
    {
        var state = new FlatVector(field.StateLayout(path.Rows), dtype);
        state[0].Fill(start);
        return new()
        {
            Field = field,
            Calculus = stepper.Calculus,
            Stepper = stepper,
            Start = state,
            Times = [path.Start, path.End],
            Steps = steps,
            Path = path,
            Pool = new WorkspacePool(),
        };
    }

    /// <summary>The final state's entries.</summary>
    public static double[] Solve(SdeProblem problem)
    {
        using var solution = SdeSolver.Solve(problem);
        double[] all = new double[solution.Final.Layout.Length];
        solution.Final.CopyTo(all);
        problem.Start.Dispose();
        problem.Pool.Dispose();
        return all[..(int)solution.Final.Layout.Segments[0].Length];
    }

    public static (double Mean, double Variance) Moments(IReadOnlyCollection<double> values)
    {
        double mean = values.Average();
        return (mean, values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1));
    }
}
