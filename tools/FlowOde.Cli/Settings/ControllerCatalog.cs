using FlowOde.Cli.Failures;
using FlowOde.Solvers.StepSizeControllers;

namespace FlowOde.Cli.Settings;

/// <summary>The step size controllers by name, and what else a user may choose about them.</summary>
internal static class ControllerCatalog
{
    private static readonly (string Name, PidCoefficients Coefficients)[] _all =
    [
        ("i", PidCoefficients.I),
        ("pi", PidCoefficients.Dopri5),
        ("pi42", PidCoefficients.Pi42),
        ("pi33", PidCoefficients.Pi33),
        ("pi34", PidCoefficients.Pi34),
        ("h211pi", PidCoefficients.H211Pi),
        ("h211b", PidCoefficients.H211B),
        ("h312pid", PidCoefficients.H312Pid),
    ];

    /// <summary>The names, the default first.</summary>
    public static IEnumerable<string> Names => _all.Select(entry => entry.Name);

    /// <summary>The controller that is chosen, for these tolerances.</summary>
    /// <exception cref="UsageException">The shortest step is longer than the longest.</exception>
    public static PidController Read(SettingValues values, Tolerances tolerances)
    {
        string name = values.TextOrNull("controller") ?? Names.First(), limiter = values.TextOrNull("limiter") ?? StepLimiter.All[0].Name;
        var controller = new PidController
        {
            Tolerances = tolerances,
            Coefficients = _all.Single(entry => entry.Name == name).Coefficients,
            MayShrinkAfterAcceptance = name != "i", // the filters settle at the safety factor only if steps may also shrink
            Limiter = StepLimiter.All.Single(known => known.Name == limiter),
            MinStep = values.Has("min-step") ? values.Number("min-step") : 0,
            MaxStep = values.Has("max-step") ? values.Number("max-step") : double.PositiveInfinity,
        };
        return controller.MinStep <= controller.MaxStep
            ? controller
            : throw new UsageException($"--min-step {values.Text("min-step")} is longer than --max-step {values.Text("max-step")}: lower the one or raise the other.");
    }
}
