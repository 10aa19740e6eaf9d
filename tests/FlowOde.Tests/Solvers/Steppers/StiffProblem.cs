using static FlowOde.Tests.Solvers.Problems;

namespace FlowOde.Tests.Solvers.Steppers;

/// <summary>Stiff equations whose solutions are published.</summary>
/// <remarks>
/// Hairer, Wanner, Solving ODEs II, IV.1 and IV.10; the solutions are those of the Test Set for IVP Solvers (Mazzia, Magherini 2008), to the digits
/// that its reference solvers agree in.
/// </remarks>
internal sealed record StiffProblem(string Name, FunctionField Field, double[] Start, double End, double[] Solution)
{
    public static StiffProblem VanDerPol { get; } = new(
        "van der Pol, μ = 1000",
        Function(2, (_, y, dy) => (dy[0], dy[1]) = (y[1], (1000 * (1 - (y[0] * y[0])) * y[1]) - y[0])),
        [2, 0],
        2000,
        [1.706167732170469, -8.928097010248125e-4]);

    public static StiffProblem Robertson { get; } = new(
        "Robertson",
        Function(3, (_, y, dy) =>
        {
            dy[0] = (-0.04 * y[0]) + (1e4 * y[1] * y[2]);
            dy[2] = 3e7 * y[1] * y[1];
            dy[1] = -dy[0] - dy[2];
        }),
        [1, 0, 0],
        40,
        [0.7158270687194, 9.185534764e-6, 0.2841637457459]);

    public static StiffProblem Hires { get; } = new(
        "HIRES",
        Function(8, (_, y, dy) =>
        {
            dy[0] = (-1.71 * y[0]) + (0.43 * y[1]) + (8.32 * y[2]) + 0.0007;
            dy[1] = (1.71 * y[0]) - (8.75 * y[1]);
            dy[2] = (-10.03 * y[2]) + (0.43 * y[3]) + (0.035 * y[4]);
            dy[3] = (8.32 * y[1]) + (1.71 * y[2]) - (1.12 * y[3]);
            dy[4] = (-1.745 * y[4]) + (0.43 * y[5]) + (0.43 * y[6]);
            dy[5] = (-280 * y[5] * y[7]) + (0.69 * y[3]) + (1.71 * y[4]) - (0.43 * y[5]) + (0.69 * y[6]);
            dy[6] = (280 * y[5] * y[7]) - (1.81 * y[6]);
            dy[7] = -dy[6];
        }),
        [1, 0, 0, 0, 0, 0, 0, 0.0057],
        321.8122,
        [7.371312573325668e-4, 1.442485726316185e-4, 5.888729740967575e-5, 1.175651343283149e-3, 2.386356198831331e-3, 6.238968252742796e-3, 2.849998395185769e-3, 2.850001604814231e-3]);

    public static StiffProblem Find(string name) => new[] { VanDerPol, Robertson, Hires }.Single(problem => problem.Name == name);
}
