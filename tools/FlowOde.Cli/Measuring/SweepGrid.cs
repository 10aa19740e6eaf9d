using FlowOde.Cli.Failures;
using FlowOde.Cli.Settings;
using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Steppers;

namespace FlowOde.Cli.Measuring;

/// <summary>The points of a sweep.</summary>
internal static class SweepGrid
{
    /// <summary>Lays out the points: all methods at few steps first, so that a sweep that is stopped has whole columns.</summary>
    /// <param name="subject">The model.</param>
    /// <param name="options">What is varied.</param>
    /// <param name="notice">Is told what is left out.</param>
    /// <exception cref="UsageException">A name or size is impossible, or a method that was asked for goes with no solver.</exception>
    public static IReadOnlyList<MeasurementPoint> Make(MeasurementSubject subject, SweepOptions options, Action<string> notice)
    {
        IStepper[] solvers = [.. (options.Solvers ?? [subject.Values.Text("solver")]).Select(Solver)];
        var pairs = Pairs(options.Methods, solvers, options.Solvers is null, notice);
        if (subject.Run is not null && options.Widths is not null)
        {
            throw new UsageException($"--widths cannot be given with the run '{subject.Run}', whose model has its own; give data in place of a run.");
        }

        int layers = subject.Values.List("hidden").Count;
        if (options.Widths is not null && layers == 0)
        {
            throw new UsageException("--widths says nothing about a model without hidden layers; give --hidden with as many numbers as it shall have layers.");
        }

        int[] own = [.. subject.Values.List("hidden").Select(int.Parse)];
        IReadOnlyList<int>[] shapes = options.Widths is null ? [own] : [.. options.Widths.Select(width => Enumerable.Repeat(width, layers).ToArray())];
        var batches = options.Batches ?? [(int)subject.Values.Integer("batch")];
        if (subject.Data.TrainRows is { } rows && batches.Max() > rows)
        {
            throw new UsageException($"--batch {batches.Max()} is more than the {rows} training rows; give {rows} or less.");
        }

        return
        [
            .. from solver in solvers
               from shape in shapes
               from batch in batches
               from steps in options.Steps
               from pair in pairs[solver]
               select new MeasurementPoint(subject, pair.Method, pair.Solver, steps, batch, shape),
        ];
    }

    private static IStepper Solver(string name) => SolveSettings.Solvers.Contains(name)
        ? StepperCatalog.Find(name)!
        : throw new UsageException($"--solvers: '{name}' is not known.{Suggestion.For(name, SolveSettings.Solvers)} Known are: {string.Join(", ", SolveSettings.Solvers)}.");

    /// <param name="asked">The gradient methods that were asked for, or null for all.</param>
    /// <param name="solvers">The solvers.</param>
    /// <param name="mayDiffer">Whether a method that does not go with the solver is measured with one that it goes with.</param>
    /// <param name="notice">Is told what is left out or differs.</param>
    private static Dictionary<IStepper, IReadOnlyList<(string Method, string Solver)>> Pairs(IReadOnlyList<string>? asked, IStepper[] solvers, bool mayDiffer, Action<string> notice)
    {
        foreach (string text in asked ?? [])
        {
            if (AdjointSettings.Problem(text) is { } problem)
            {
                throw new UsageException($"--adjoints: {problem}");
            }

            if (!mayDiffer && !solvers.Any(solver => AdjointCatalog.Find(text)!.Supports(solver, out _)))
            {
                AdjointSettings.For(text, solvers[0], "--adjoints"); // says why, and what would do
            }
        }

        var pairs = new Dictionary<IStepper, IReadOnlyList<(string Method, string Solver)>>();
        foreach (var solver in solvers)
        {
            var works = new List<(string Method, string Solver)>();
            foreach (string text in asked ?? [.. AdjointSettings.Names])
            {
                var adjoint = AdjointCatalog.Find(text)!;
                if (adjoint.Supports(solver, out string reason))
                {
                    works.Add((text, solver.Name));
                }
                else if (mayDiffer)
                {
                    works.Add((text, AdjointSettings.SolverFor(adjoint, solver).Name));
                    notice($"{text} does not go with {solver.Name}: measured with {works[^1].Solver}.");
                }
                else
                {
                    notice($"Left out: {text} with {solver.Name}. {reason}");
                }
            }

            pairs[solver] = works.Count > 0 ? works : throw new UsageException($"No gradient method of --adjoints works with --solvers {solver.Name}; `flowode solvers` lists what goes together.");
        }

        return pairs;
    }
}
