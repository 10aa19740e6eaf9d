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
    public static FlowSettings Apply(FlowSettings settings, SettingValues values) =>
        settings with { IsPerRow = values.Flag("per-sample"), StiffFallback = values.TextOrNull("on-stiff") == Implicit ? Method : null };

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

        if (settings.StiffFallback is { } fallback && !settings.Adjoint.Supports(fallback, out string reason))
        {
            throw new UsageException($"--on-stiff {Implicit}: {reason}");
        }
    }
}
