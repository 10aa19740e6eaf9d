using FlowOde.Cli.Failures;
using FlowOde.Flows.Composition;
using FlowOde.Solvers.Steppers;

namespace FlowOde.Cli.Settings;

/// <summary>Reads what becomes of solves that cannot go on, and whether rows have steps of their own.</summary>
internal static class StiffSettings
{
    /// <summary>Rows that cannot be solved for are left out, and counted.</summary>
    public const string Partial = "partial";

    private const string Implicit = "implicit";

    /// <summary>The names, the default first.</summary>
    public static IReadOnlyList<string> Names { get; } = ["fail", Implicit, Partial];

    /// <summary>What the names mean, for help.</summary>
    public static string Meanings => $"fail, implicit ({Method.Name} solves anew), or partial (score leaves out the rows)";

    private static ImplicitRungeKutta Method => SwitchingMethod.Instance.Implicit;

    /// <summary>Lays both choices over the settings of solves.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="values">What was chosen.</param>
    /// <exception cref="UsageException">The method or its steps do not go with rows that have steps of their own.</exception>
    public static FlowSettings Apply(FlowSettings settings, SettingValues values)
    {
        if (values.Flag("per-sample") && !settings.Stepper.JudgesRows)
        {
            throw new UsageException($"--per-sample: '{settings.Stepper.Name}' has no error estimate of single rows. Take one of --solver {string.Join(", ", StepperCatalog.All.Where(stepper => stepper.JudgesRows).Select(stepper => stepper.Name))}.");
        }

        return settings with { IsPerRow = values.Flag("per-sample"), StiffFallback = values.TextOrNull("on-stiff") == Implicit ? Method : null };
    }

    /// <summary>Refuses what training cannot do.</summary>
    /// <param name="settings">The settings, with the gradient method.</param>
    /// <param name="values">What was chosen.</param>
    /// <exception cref="UsageException">The gradient method, or training itself, does not go with a choice.</exception>
    public static void RequireTrainable(FlowSettings settings, SettingValues values)
    {
        if (values.TextOrNull("on-stiff") == Partial)
        {
            throw new UsageException($"--on-stiff {Partial} is for `flowode score`: a part of a gradient is none. Training leaves out the batches that cannot be solved for by itself; or give --on-stiff {Implicit}.");
        }

        if (settings.IsPerRow && settings.Adjoint.RowTapes is null)
        {
            throw new UsageException($"--per-sample: --adjoint {settings.Adjoint.Name} has no gradient of rows that have steps of their own. Take one of {string.Join(", ", Solvers.Adjoints.AdjointCatalog.All.Where(adjoint => adjoint.RowTapes is not null).Select(adjoint => adjoint.Name))}.");
        }

        if (settings.StiffFallback is { } fallback)
        {
            if (settings.IsPerRow)
            {
                throw new UsageException($"--on-stiff {Implicit} changes the method of a whole batch, so that training with --per-sample has none of it. Leave out one of them.");
            }

            if (!settings.Adjoint.Supports(fallback, out string reason))
            {
                throw new UsageException($"--on-stiff {Implicit}: {reason}");
            }
        }
    }
}
