using FlowOde.Cli.Failures;
using FlowOde.Cli.Settings;
using FlowOde.Cli.TestProblems;
using FlowOde.Cli.Training;
using FlowOde.Cli.Verbs;
using FlowOde.Solvers.Steppers;

namespace FlowOde.Cli.Precision;

/// <summary>Measures solvers on known problems at tolerances of 1e-3 to 1e-10.</summary>
internal static class PrecisionRun
{
    private static readonly double[] _tolerances = [1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10];

    /// <summary>The solvers of problems that are not stiff.</summary>
    public static IReadOnlyList<string> DefaultSolvers { get; } = ["bosh3", "dopri5", "tsit5", "dopri8", "adams"];

    /// <summary>The solvers of stiff problems.</summary>
    public static IReadOnlyList<string> StiffSolvers { get; } = ["trbdf2", "kvaerno3", "kvaerno5", "radau5"];

    /// <summary>Where results go.</summary>
    public static string DefaultFolder { get; } = Path.Combine("runs", "solvers");

    /// <summary>Measures, writes points and picture, and reports.</summary>
    /// <param name="problems">Names of problems.</param>
    /// <param name="solvers">Names of solvers; null for those that suit each problem.</param>
    /// <param name="folder">Where files go; made if it is not there.</param>
    /// <param name="peers">A file of points of other libraries, or null.</param>
    /// <param name="output">Where to speak.</param>
    /// <returns>The exit code: 1 where no solve arrived.</returns>
    /// <exception cref="UsageException">A name is not known, a solver does not adapt its steps, or a file cannot be used.</exception>
    public static int Measure(IReadOnlyList<string> problems, IReadOnlyList<string>? solvers, string folder, string? peers, Output output)
    {
        if (File.Exists(folder))
        {
            throw new UsageException($"--out {folder}: that is a file; give a folder.");
        }

        NamedProblem[] known = [.. problems.Select(KnownProblems.Find)];
        IStepper[]? chosen = solvers is null ? null : [.. solvers.Select(Adaptive)];
        var others = peers is null ? [] : PeerFile.Read(peers);
        if (peers is not null && !others.Any(point => problems.Contains(point.Problem)))
        {
            throw new UsageException($"--peers {peers} has no point of {string.Join(", ", problems)}; it has some of {string.Join(", ", others.Select(point => point.Problem).Distinct())}.");
        }

        try
        {
            Directory.CreateDirectory(folder); // before the work
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--out {folder} cannot be made: {problem.Message}", problem);
        }

        TorchStart.Load();
        using var interrupt = new Interrupt(() => output.Notice("Stopping."));
        var points = new List<PrecisionPoint>();
        foreach (var problem in known)
        {
            foreach (var stepper in chosen ?? [.. (problem.IsStiff ? StiffSolvers : DefaultSolvers).Select(Adaptive)])
            {
                output.Notice($"Solving {problem.Name} with {stepper.Name}.");
                foreach (double tolerance in _tolerances)
                {
                    points.Add(PrecisionSolve.Run(problem, stepper, tolerance, interrupt.Token));
                }
            }

            points.AddRange(others.Where(point => point.Problem == problem.Name));
        }

        PrecisionReport.Write(known, points, folder, output);
        return points.Any(point => point is { Failure: null, Error: not null }) ? ExitCode.Done : ExitCode.Failed;
    }

    private static IStepper Adaptive(string name)
    {
        string[] adaptive = [.. StepperCatalog.All.Where(candidate => candidate.EmbeddedOrder > 0).Select(candidate => candidate.Name)];
        IStepper? stepper;
        try
        {
            stepper = StepperCatalog.Find(name);
        }
        catch (ArgumentOutOfRangeException problem)
        {
            throw new UsageException($"--solvers '{name}': {FailureReport.Plain(problem)}", problem);
        }

        return stepper switch
        {
            null => throw new UsageException($"There is no solver '{name}'.{Suggestion.For(name, adaptive)} Those that adapt their steps are: {string.Join(", ", adaptive)}."),
            { EmbeddedOrder: 0 } => throw new UsageException($"'{name}' estimates no error, so that it has no steps to choose by a tolerance. Those that do are: {string.Join(", ", adaptive)}."),
            _ => stepper,
        };
    }
}
