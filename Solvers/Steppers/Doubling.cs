using FlowOde.Solvers.Tableaus;

namespace FlowOde.Solvers.Steppers;

/// <summary>Makes methods adaptive by doubling their steps: two half steps beside a whole one from the same start, whose difference is the error estimate.</summary>
/// <remarks>
/// Of a Runge–Kutta method it is a tableau (<see cref="StepDoubling"/>), whose order the estimate raises by one; of a method that carries more than the state from step to step it is two of its steps, its order and its inverse
/// unchanged. Multistep methods are not doubled: what they carry was made by steps of one length, so that a step of another length from it has another error constant, and Richardson's 2^p − 1 is not what the two differ by. To
/// start them anew with each doubled step would leave little but their starter. The Adams methods have an estimate of their own on a grid of any lengths, the corrector's distance from the predictor, at no further evaluation: <see cref="AdamsMethod.VariableOrder"/>.
/// </remarks>
public static class Doubling
{
    /// <summary>Whether a method's steps can be doubled.</summary>
    /// <param name="method">The method.</param>
    /// <param name="reason">Why not, and what to use; empty where they can.</param>
    public static bool Supports(IStepper method, out string reason)
    {
        ArgumentNullException.ThrowIfNull(method);
        reason = method switch
        {
            ExplicitRungeKutta one => StepDoubling.Supports(one.Tableau, out string order) ? string.Empty : order,
            ImplicitRungeKutta one => StepDoubling.Supports(one.Tableau, out string order) ? string.Empty : order,
            GeneralLinearMethod { Tableau.IsMultistep: false } => string.Empty,
            { EmbeddedOrder: > 0 } => $"'{method.Name}' estimates its error by itself. Use it as it is.",
            AdamsMethod or GeneralLinearMethod => $"'{method.Name}' is a multistep method, whose history belongs to steps of one length, so that a whole step and two half ones cannot start from it. Use adams, whose step and order adapt, or double a method of one step such as {StepDoubling.Prefix}rk4.",
            _ => $"'{method.Name}' is none of the methods whose steps are doubled: Runge–Kutta methods and general linear ones. Use adams or dopri5.",
        };
        return reason.Length == 0;
    }

    /// <summary>The doubled method, named <c>doubled-NAME</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The method's steps cannot be doubled; the message says why.</exception>
    public static IStepper Of(IStepper method) => !Supports(method, out string reason) ? throw new ArgumentOutOfRangeException(nameof(method), method.Name, reason)
        : method switch
        {
            ExplicitRungeKutta one => new ExplicitRungeKutta(StepDoubling.Of(one.Tableau)),
            ImplicitRungeKutta one => new ImplicitRungeKutta(StepDoubling.Of(one.Tableau)) { DenseLimit = one.DenseLimit },
            ReversibleMethod one => new ReversibleMethod(GeneralLinearDoubling.Of(one.Tableau)),
            _ => new GeneralLinearMethod(GeneralLinearDoubling.Of(((GeneralLinearMethod)method).Tableau)),
        };
}
