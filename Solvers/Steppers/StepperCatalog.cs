using System.Globalization;
using FlowOde.Solvers.Tableaus;

namespace FlowOde.Solvers.Steppers;

/// <summary>All methods by name. A new one is its own file and a line here.</summary>
public static class StepperCatalog
{
    /// <summary>The methods: explicit Runge–Kutta methods, lowest order first, then implicit ones, then linear multistep ones, then reversible ones.</summary>
    public static IReadOnlyList<IStepper> All { get; } =
    [
        new ExplicitRungeKutta(Euler.Tableau),
        new ExplicitRungeKutta(PolyNet.Tableau),
        new ExplicitRungeKutta(FractalNet.Of(2)),
        new ExplicitRungeKutta(FractalNet.Of(3)),
        new ExplicitRungeKutta(Midpoint.Tableau),
        new ExplicitRungeKutta(Heun2.Tableau),
        new ExplicitRungeKutta(Ralston2.Tableau),
        new ExplicitRungeKutta(Fehlberg2.Tableau),
        new ExplicitRungeKutta(Heun3.Tableau),
        new ExplicitRungeKutta(Kutta3.Tableau),
        new ExplicitRungeKutta(Bosh3.Tableau),
        new ExplicitRungeKutta(ClassicRk4.Tableau),
        new ExplicitRungeKutta(ThreeEighthsRk4.Tableau),
        new ExplicitRungeKutta(Rkf45.Tableau),
        new ExplicitRungeKutta(CashKarp.Tableau),
        new ExplicitRungeKutta(Dopri5.Tableau),
        new ExplicitRungeKutta(Dopri5Shampine.Tableau),
        new ExplicitRungeKutta(Tsit5.Tableau),
        new ExplicitRungeKutta(Dopri8.Tableau),
        new ExplicitRungeKutta(StepDoubling.Of(Euler.Tableau)),
        new ExplicitRungeKutta(StepDoubling.Of(ClassicRk4.Tableau)),
        AdamsMethod.Bashforth(2),
        AdamsMethod.Bashforth(3),
        AdamsMethod.Bashforth(4),
        AdamsMethod.Bashforth(5),
        AdamsMethod.Moulton(2),
        AdamsMethod.Moulton(3),
        AdamsMethod.Moulton(4),
        AdamsMethod.Moulton(5),
        AdamsMethod.VariableOrder,
        new ImplicitRungeKutta(BackwardEuler.Tableau),
        new ImplicitRungeKutta(ImplicitMidpoint.Tableau),
        new ImplicitRungeKutta(Trapezoid.Tableau),
        new ImplicitRungeKutta(Sdirk2.Tableau),
        new ImplicitRungeKutta(TrBdf2.Tableau),
        new ImplicitRungeKutta(Sdirk3.Tableau),
        new ImplicitRungeKutta(Kvaerno3.Tableau),
        new ImplicitRungeKutta(Radau3.Tableau),
        new ImplicitRungeKutta(Gauss4.Tableau),
        new ImplicitRungeKutta(Kvaerno5.Tableau),
        new ImplicitRungeKutta(Radau5.Tableau),
        BdfMethod.VariableOrder,
        SwitchingMethod.Instance,
        LmResNet.Of(-0.1),
        LmResNet.Of(1),
        SymplecticEuler.Method,
        Leapfrog.Method,
        AsynchronousLeapfrog.Method,
        ReversibleHeun.Method,
        ReversibleCoupling.Of(ClassicRk4.Tableau),
        ReversibleCoupling.Of(Dopri5.Tableau),
        Doubling.Of(Leapfrog.Method),
        Doubling.Of(AsynchronousLeapfrog.Method),
    ];

    private static readonly (string Prefix, Func<int, IStepper> Of)[] _numbered =
    [
        (FractalNet.Prefix, depth => new ExplicitRungeKutta(FractalNet.Of(depth))),
        (AdamsMethod.Prefix, AdamsMethod.OfOrder),
        (BdfMethod.Prefix, BdfMethod.OfOrder),
    ];

    /// <summary>
    /// The method of a name, or null. Every explicit Runge–Kutta method has a coupled partner (<c>coupled-…</c>), every method that <see cref="Doubling"/> supports one that doubles its steps
    /// (<c>doubled-…</c>), <c>fractalnet</c> takes a depth, <c>lm:</c> its k, <c>adams:</c> and <c>bdf:</c> an order, listed or not.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The method cannot have this number, or cannot be doubled; the message says why.</exception>
    public static IStepper? Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (All.FirstOrDefault(stepper => stepper.Name == name) is { } listed)
        {
            return listed;
        }

        foreach (var (prefix, numbered) in _numbered)
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal))
            {
                return int.TryParse(name[prefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? numbered(number)
                    : prefix[^1] != ':' ? null
                    : throw new ArgumentOutOfRangeException(nameof(name), name[prefix.Length..], $"Behind '{prefix}' goes a whole number, the order.");
            }
        }

        if (name.StartsWith(StepDoubling.Prefix, StringComparison.Ordinal))
        {
            return Find(name[StepDoubling.Prefix.Length..]) is { } doubled ? Doubling.Of(doubled) : null;
        }

        return name.StartsWith(ReversibleCoupling.Prefix, StringComparison.Ordinal) && Find(name[ReversibleCoupling.Prefix.Length..]) is ExplicitRungeKutta method
            ? ReversibleCoupling.Of(method.Tableau)
            : LmResNet.Find(name);
    }
}
