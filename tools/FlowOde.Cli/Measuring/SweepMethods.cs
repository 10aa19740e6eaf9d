using FlowOde.Cli.Failures;
using FlowOde.Cli.Settings;
using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Steppers;

namespace FlowOde.Cli.Measuring;

/// <summary>Which gradient methods a sweep measures with which solvers.</summary>
internal static class SweepMethods
{
    /// <summary>Finds what goes together.</summary>
    /// <param name="subject">The model.</param>
    /// <param name="options">What was asked for.</param>
    /// <param name="isAlone">Whether no other model is measured, with which a method might go that does not go with this one.</param>
    /// <param name="notice">Is told what is left out or differs.</param>
    /// <returns>For each solver the methods, each with the solver that it is measured with.</returns>
    /// <exception cref="UsageException">A name is not known, or no method goes with a solver.</exception>
    public static IReadOnlyList<IReadOnlyList<(string Method, string Solver)>> Make(MeasurementSubject subject, SweepOptions options, bool isAlone, Action<string> notice)
    {
        var kind = subject.Kind;
        Check(options);
        if (!kind.ChoosesMethod)
        {
            return [[(ClassifierKind.OwnMethod, kind.OnlySolver!)]];
        }

        IStepper[] solvers = [.. (kind.OnlySolver is { } only ? [only] : options.Solvers ?? [subject.Values.Text("solver")]).Select(name => StepperCatalog.Find(name)!)];
        bool mayDiffer = kind.OnlySolver is null && options.Solvers is null; // a method that does not go with the solver is measured with one that it goes with
        foreach (string text in !mayDiffer && isAlone ? options.Methods ?? [] : [])
        {
            if (!solvers.Any(solver => AdjointCatalog.Find(text)!.Supports(solver, out _)))
            {
                AdjointSettings.For(text, solvers[0], "--adjoints"); // says why, and what would do
            }
        }

        return [.. solvers.Select(solver => Of(solver, options.Methods ?? kind.UsualMethods, mayDiffer, notice))];
    }

    private static void Check(SweepOptions options)
    {
        foreach (string name in options.Solvers ?? [])
        {
            SolveSettings.SolverNamed(name, "--solvers");
        }

        foreach (string text in options.Methods ?? [])
        {
            if (AdjointSettings.Problem(text) is { } problem)
            {
                throw new UsageException($"--adjoints: {problem}");
            }
        }
    }

    private static List<(string Method, string Solver)> Of(IStepper solver, IReadOnlyList<string> methods, bool mayDiffer, Action<string> notice)
    {
        var works = new List<(string Method, string Solver)>();
        foreach (string text in methods)
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

        return works.Count > 0 ? works : throw new UsageException($"No gradient method of --adjoints works with the solver {solver.Name}; `flowode solvers` lists what goes together.");
    }
}
