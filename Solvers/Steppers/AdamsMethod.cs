using FlowOde.Solvers.Tableaus;
using FlowOde.Solvers.Vectors;
using TorchSharp;

namespace FlowOde.Solvers.Steppers;

/// <summary>Adams' multistep methods: the derivatives of earlier steps make a polynomial, whose integral is the next step.</summary>
/// <remarks>
/// Hairer, Nørsett, Wanner, Solving ODEs I, III.1, III.5 and III.7; Shampine, Gordon 1975. Coefficients follow the grid as it is, so that steps may have any lengths,
/// those before a save time for instance; on a uniform one they are the tables' (1901, −2774 … over 720). A Runge–Kutta method makes the first steps, and those after a change of the
/// state: Dormand and Prince's of order 5 as far as order 6, theirs of order 8 as far as order 9, beyond that the midpoint rule extrapolated to order 12.
/// </remarks>
public sealed class AdamsMethod : IStepper
{
    /// <summary>The most steps of the predictor of <see cref="VariableOrder"/>.</summary>
    public const int MostSteps = 12;

    /// <summary>What the names of methods of one order begin with; the order follows.</summary>
    public const string Prefix = "adams:";

    private static readonly Lazy<ButcherTableau> _order12 = new(() => ExtrapolatedMidpoint.Of(6));

    private AdamsMethod(string name, AdamsKind kind, int steps, int order, int embeddedOrder)
    {
        (Name, Kind, Steps, Order, EmbeddedOrder) = (name, kind, steps, order, embeddedOrder);
        Starter = new(order <= 6 ? Dopri5.Tableau : order <= 9 ? Dopri8.Tableau : _order12.Value); // an order below that of the method does: a start has few steps
    }

    /// <summary>
    /// The method of variable step and order. As it starts, and throughout where steps are not judged, it predicts with four steps and is of order 5; where they are, with 1 to 12.
    /// </summary>
    public static AdamsMethod VariableOrder { get; } = new("adams", AdamsKind.VariableOrder, 4, 5, 4);

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>Which of the methods this is.</summary>
    public AdamsKind Kind { get; }

    /// <summary>Steps of the predictor; at the start where the order varies.</summary>
    public int Steps { get; }

    /// <inheritdoc/>
    public int Order { get; }

    /// <inheritdoc/>
    public int EmbeddedOrder { get; }

    /// <inheritdoc/>
    public int DenseOrder => Math.Min(Order, Starter.DenseOrder);

    /// <inheritdoc/>
    public bool StatesStageWeights => false;

    /// <inheritdoc/>
    public int HighestOrder => Kind == AdamsKind.VariableOrder ? MostSteps + 1 : Order;

    /// <inheritdoc/>
    public int Stages => Kind == AdamsKind.Bashforth ? 1 : 2;

    /// <summary>What makes the first steps.</summary>
    internal ExplicitRungeKutta Starter { get; }

    /// <summary>The method of one of the orders that <see cref="VariableOrder"/> chooses from, with an error estimate: as many steps as the order less 1 predict.</summary>
    /// <param name="order">The order: 2 to 13, with one step to <see cref="MostSteps"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no method of this order.</exception>
    public static AdamsMethod OfOrder(int order) => order is >= 2 and <= MostSteps + 1
        ? new($"{Prefix}{order}", AdamsKind.FixedOrder, order - 1, order, order - 1)
        : throw new ArgumentOutOfRangeException(nameof(order), order, $"An Adams method that predicts and corrects has an order from 2, with one step, to {MostSteps + 1}, with {MostSteps}.");

    /// <summary>The explicit method of an order.</summary>
    /// <param name="order">The order, which is the number of steps: 2 to 5.</param>
    public static AdamsMethod Bashforth(int order) => new($"adams-bashforth{Checked(order)}", AdamsKind.Bashforth, order, order, 0);

    /// <summary>The predictor–corrector pair of an order: <see cref="Bashforth"/> predicts, the implicit method of the same order corrects.</summary>
    /// <param name="order">The order of both: 2 to 5.</param>
    public static AdamsMethod Moulton(int order) => new($"adams-moulton{Checked(order)}", AdamsKind.Moulton, order, order, 0);

    /// <inheritdoc/>
    public StepWorkspace CreateWorkspace(VectorLayout layout, torch.ScalarType dtype, torch.Device device) => new AdamsWorkspace(this, layout, dtype, device);

    private static int Checked(int order) => order is >= 2 and <= 5
        ? order
        : throw new ArgumentOutOfRangeException(nameof(order), order, $"Adams–Bashforth and Adams–Moulton methods have order 2 to 5: the first one is Euler's method, and for higher orders {Prefix}6 to {Prefix}{MostSteps + 1} are more exact.");
}
