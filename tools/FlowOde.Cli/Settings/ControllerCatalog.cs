using FlowOde.Solvers.StepSizeControllers;

namespace FlowOde.Cli.Settings;

/// <summary>The step size controllers by name.</summary>
internal static class ControllerCatalog
{
    private static readonly (string Name, PidCoefficients Coefficients)[] _all =
    [
        ("i", PidCoefficients.I),
        ("pi42", PidCoefficients.Pi42),
        ("pi33", PidCoefficients.Pi33),
        ("pi34", PidCoefficients.Pi34),
        ("h211pi", PidCoefficients.H211Pi),
        ("h312pid", PidCoefficients.H312Pid),
    ];

    /// <summary>The names, the default first.</summary>
    public static IEnumerable<string> Names => _all.Select(entry => entry.Name);

    /// <summary>A controller for these tolerances.</summary>
    public static PidController Create(string name, Tolerances tolerances) => new()
    {
        Tolerances = tolerances,
        Coefficients = _all.Single(entry => entry.Name == name).Coefficients,
        MayShrinkAfterAcceptance = name != "i", // the filters settle at the safety factor only if steps may also shrink
    };
}
