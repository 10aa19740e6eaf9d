using FlowOde.Solvers.Vectors;
using TorchSharp;

namespace FlowOde.Solvers.Steppers;

/// <summary>Adams' multistep methods: the derivatives of earlier steps make a polynomial, whose integral is the next step.</summary>
/// <remarks>
/// Hairer, Nørsett, Wanner, Solving ODEs I, III.1, III.5 and III.7; Shampine, Gordon 1975. Coefficients follow the grid as it is, so that steps may have any lengths,
/// those before a save time for instance; on a uniform one they are the tables' (1901, −2774 … over 720). Dormand and Prince's method makes the first steps, and those after a
/// change of the state.
/// </remarks>
public sealed class AdamsMethod : IStepper
{
    /// <summary>The most steps of the predictor of <see cref="VariableOrder"/>.</summary>
    public const int MostSteps = 12;

    private const int StarterDenseOrder = 4;

    private AdamsMethod(string name, AdamsKind kind, int steps, int order, int embeddedOrder) =>
        (Name, Kind, Steps, Order, EmbeddedOrder) = (name, kind, steps, order, embeddedOrder);

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
    public int DenseOrder => Math.Min(Order, StarterDenseOrder);

    /// <inheritdoc/>
    public bool StatesStageWeights => false;

    /// <inheritdoc/>
    public int HighestOrder => Kind == AdamsKind.VariableOrder ? MostSteps + 1 : Order;

    /// <inheritdoc/>
    public int Stages => Kind == AdamsKind.Bashforth ? 1 : 2;

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
        : throw new ArgumentOutOfRangeException(nameof(order), order, "Adams methods of a fixed order have order 2 to 5: their starter is of order 5, and the first is Euler's method.");
}
