using FlowOde.Cli.Failures;
using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Steppers;

namespace FlowOde.Cli.Settings;

/// <summary>Reads gradient methods: a name, or for methods with a number <c>name:number</c>.</summary>
internal static class AdjointSettings
{
    /// <summary>The names there are.</summary>
    public static IEnumerable<string> Names => AdjointCatalog.All.Select(adjoint => adjoint.Name);

    /// <summary>What the numbers of methods that take one say.</summary>
    public static string Numbers => string.Join("; ", AdjointCatalog.All.OfType<INumberedAdjoint>().Select(adjoint => $"{((IAdjoint)adjoint).Name}:N {adjoint.Meaning}"));

    /// <summary>What is wrong with a text as a gradient method, or null.</summary>
    public static string? Problem(string text)
    {
        try
        {
            if (AdjointCatalog.Find(text) is not null)
            {
                return null;
            }
        }
        catch (ArgumentOutOfRangeException problem)
        {
            return $"'{text}': {problem.Message.Split('\n', '(')[0].Trim()}";
        }

        string name = text.Split(':')[0];
        return Names.Contains(name)
            ? AdjointCatalog.Find(name) is INumberedAdjoint numbered ? $"'{text}': the number behind '{name}' is a whole number and says: {name}:N {numbered.Meaning}." : $"'{text}': '{name}' takes no number."
            : $"'{text}' is not known.{Suggestion.For(name, Names)} Known are: {string.Join(", ", Names)} ({Numbers}).";
    }

    /// <summary>The gradient method where none is chosen: the exact one within a budget of memory, and that of the adjoint equation for a solver whose steps it cannot differentiate.</summary>
    /// <param name="solver">The solver that is chosen, or null.</param>
    public static string UsualFor(string? solver)
    {
        var usual = new AutoAdjoint();
        bool isUsual = solver is null || SolveSettings.ProblemOf(solver) is not null || usual.Supports(StepperCatalog.Find(solver)!, out _);
        return isUsual ? usual.Name : new BacksolveAdjoint().Name;
    }

    /// <summary>The gradient method of a text for a solver.</summary>
    /// <param name="text">The method.</param>
    /// <param name="stepper">The solver.</param>
    /// <param name="option">The option, for messages.</param>
    /// <exception cref="UsageException">The text names no method, or the two do not go together.</exception>
    public static IAdjoint For(string text, IStepper stepper, string option)
    {
        if (Problem(text) is { } problem)
        {
            throw new UsageException($"{option}: {problem}");
        }

        var adjoint = AdjointCatalog.Find(text)!;
        return adjoint.Supports(stepper, out string reason) ? adjoint : throw new UsageException($"{option} {adjoint.Name} does not work with --solver {stepper.Name}: {reason}");
    }

    /// <summary>A solver that a gradient method goes with, as near to another as there is: that one itself, its reversible partner, or another.</summary>
    public static IStepper SolverFor(IAdjoint adjoint, IStepper stepper)
    {
        string[] near = [stepper.Name, ReversibleCoupling.Prefix + stepper.Name, stepper.Name.Replace(ReversibleCoupling.Prefix, "", StringComparison.Ordinal), "dopri5", "asynchronous-leapfrog"];
        return near.Where(SolveSettings.Solvers.Contains).Concat(SolveSettings.Solvers).Select(name => StepperCatalog.Find(name)).OfType<IStepper>().First(other => adjoint.Supports(other, out _));
    }
}
