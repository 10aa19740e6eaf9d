using FlowOde.Solvers.Tableaus;

namespace FlowOde.Solvers.Steppers;

/// <summary>All methods by name. A new one is its own file and a line here.</summary>
public static class StepperCatalog
{
    /// <summary>The methods: Runge–Kutta methods, lowest order first, then reversible ones.</summary>
    public static IReadOnlyList<IStepper> All { get; } =
    [
        new ExplicitRungeKutta(Euler.Tableau),
        new ExplicitRungeKutta(Midpoint.Tableau),
        new ExplicitRungeKutta(Heun2.Tableau),
        new ExplicitRungeKutta(Bosh3.Tableau),
        new ExplicitRungeKutta(ClassicRk4.Tableau),
        new ExplicitRungeKutta(ThreeEighthsRk4.Tableau),
        new ExplicitRungeKutta(Dopri5.Tableau),
        new ExplicitRungeKutta(Tsit5.Tableau),
        new ExplicitRungeKutta(Dopri8.Tableau),
        Leapfrog.Method,
        AsynchronousLeapfrog.Method,
        ReversibleHeun.Method,
        ReversibleCoupling.Of(ClassicRk4.Tableau),
        ReversibleCoupling.Of(Dopri5.Tableau),
    ];

    /// <summary>The method of a name, or null. Every explicit Runge–Kutta method has a coupled partner, listed or not.</summary>
    public static IStepper? Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return All.FirstOrDefault(stepper => stepper.Name == name)
            ?? (name.StartsWith(ReversibleCoupling.Prefix, StringComparison.Ordinal) && Find(name[ReversibleCoupling.Prefix.Length..]) is ExplicitRungeKutta method
                ? ReversibleCoupling.Of(method.Tableau)
                : null);
    }
}
