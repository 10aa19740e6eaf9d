using FlowOde.Solvers.Tableaus;

namespace FlowOde.Solvers.Steppers;

/// <summary>All methods by name. A new one is its own file and a line here.</summary>
public static class StepperCatalog
{
    /// <summary>The methods, lowest order first.</summary>
    public static IReadOnlyList<IStepper> All { get; } =
    [
        new ExplicitRungeKutta(Euler.Tableau),
        new ExplicitRungeKutta(Midpoint.Tableau),
        new ExplicitRungeKutta(Heun2.Tableau),
        new ExplicitRungeKutta(Bosh3.Tableau),
        new ExplicitRungeKutta(ClassicRk4.Tableau),
        new ExplicitRungeKutta(Dopri5.Tableau),
    ];

    /// <summary>The method of a name, or null.</summary>
    public static IStepper? Find(string name) => All.FirstOrDefault(stepper => stepper.Name == name);
}
