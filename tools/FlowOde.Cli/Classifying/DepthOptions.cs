using FlowOde.Cli.Failures;
using FlowOde.Cli.Settings;
using FlowOde.Solvers.Steppers;

namespace FlowOde.Cli.Classifying;

/// <summary>In which ways a trained block is solved again.</summary>
/// <param name="Solvers">The methods; empty for the usual ones.</param>
/// <param name="Tolerances">Tolerances of methods whose steps adapt; empty for the usual ones.</param>
/// <param name="StepCounts">Numbers of constant steps; empty for the usual ones, of methods whose steps cannot adapt.</param>
internal sealed record DepthOptions(IReadOnlyList<IStepper> Solvers, IReadOnlyList<double> Tolerances, IReadOnlyList<int> StepCounts)
{
    private static readonly double[] _usualTolerances = [1, 0.3, 0.1, 0.03, 0.01, 1e-3, 1e-4];
    private static readonly int[] _usualSteps = [1, 2, 3, 4, 6, 8, 16, 32];
    private static readonly string[] _usualSolvers = ["euler", "midpoint", "rk4", "dopri5"];

    /// <summary>Every way: for each method its constant steps or tolerances.</summary>
    /// <param name="own">The run's own method, or null where it has none that adapts.</param>
    public IEnumerable<(IStepper Solver, int? Steps, double? Tolerance)> Ways(IStepper? own)
    {
        var solvers = Solvers.Count > 0 ? Solvers : [.. _usualSolvers.Select(name => StepperCatalog.Find(name)!).Concat(own is null || _usualSolvers.Contains(own.Name) ? [] : [own])];
        foreach (var solver in solvers)
        {
            bool adapts = solver.EmbeddedOrder > 0;
            foreach (int steps in StepCounts.Count > 0 ? StepCounts : adapts ? [] : _usualSteps)
            {
                yield return (solver, steps, null);
            }

            foreach (double tolerance in !adapts ? [] : Tolerances.Count > 0 ? Tolerances : StepCounts.Count > 0 ? [] : _usualTolerances)
            {
                yield return (solver, null, tolerance);
            }
        }
    }

    /// <summary>Reads lists with commas.</summary>
    /// <exception cref="UsageException">A name is unknown, or a number impossible.</exception>
    public static DepthOptions Read(string? solvers, string? tolerances, string? steps)
    {
        var read = new DepthOptions(
            [.. Parts(solvers).Select(name => SolveSettings.SolverNamed(name, "--solvers"))],
            [.. Parts(tolerances).Select(text => Verbs.Numbers.Positive(text, "--tolerances")!.Value)],
            [.. Parts(steps).Select(text => (int)Verbs.Numbers.Integer(text, "--step-counts", 1, 1_000_000)!.Value)]);
        return read.Tolerances.Count > 0 && read.Solvers.Count > 0 && read.Solvers.All(solver => solver.EmbeddedOrder == 0)
            ? throw new UsageException($"--tolerances says nothing about {solvers}, whose steps cannot adapt; give --step-counts, or another of --solvers.")
            : read;
    }

    private static string[] Parts(string? text) => text?.Split(',', StringSplitOptions.TrimEntries) ?? [];
}
