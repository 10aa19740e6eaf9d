namespace FlowOde.Cli.TestProblems;

/// <summary>Stiff problems whose solutions are published or known.</summary>
/// <remarks>
/// Hairer, Wanner, Solving ODEs II, IV.1, IV.10 and IV.15; the solutions of all but Prothero and Robinson's, which is cos t, are those of the Test Set for IVP Solvers (Mazzia,
/// Magherini 2008), to the digits that its reference solvers agree in.
/// </remarks>
internal static class StiffProblems
{
    private const double Rate = 1e6;

    /// <summary>The problems.</summary>
    public static IReadOnlyList<NamedProblem> All { get; } =
    [
        new()
        {
            Name = "van-der-pol", Title = "Van der Pol's equation, μ = 1000", Start = [2, 0], End = 2000, Solution = [1.706167732170469, -8.928097010248125e-4], SolutionIsKnownTo = 1e-11, IsStiff = true, AbsoluteShare = 1e-4,
            Function = (_, y, dy) => (dy[0], dy[1]) = (y[1], (1000 * (1 - (y[0] * y[0])) * y[1]) - y[0]),
        },
        new()
        {
            Name = "prothero-robinson", Title = "Prothero and Robinson's problem, λ = −1e6", Start = [1], End = 10, Solution = [Math.Cos(10)], IsStiff = true, AbsoluteShare = 1e-4,
            Function = (t, y, dy) => dy[0] = (-Rate * (y[0] - Math.Cos(t))) - Math.Sin(t),
        },
        new()
        {
            Name = "robertson", Title = "Robertson's reaction", Start = [1, 0, 0], End = 40, Solution = [0.7158270687194, 9.185534764e-6, 0.2841637457459], SolutionIsKnownTo = 1e-12, IsStiff = true, AbsoluteShare = 1e-4,
            Function = Robertson,
        },
        new()
        {
            Name = "robertson-long", Title = "Robertson's reaction until 1e11", Start = [1, 0, 0], End = 1e11, Solution = [0.2083340149701255e-7, 0.8333360770334713e-13, 0.9999999791665050], SolutionIsKnownTo = 1e-11, IsStiff = true,
            AbsoluteShare = 1e-9, Function = Robertson,
        },
        new()
        {
            Name = "hires", Title = "HIRES, the growth of plants in light", Start = [1, 0, 0, 0, 0, 0, 0, 0.0057], End = 321.8122, IsStiff = true, AbsoluteShare = 1e-4,
            Solution = [7.371312573325668e-4, 1.442485726316185e-4, 5.888729740967575e-5, 1.175651343283149e-3, 2.386356198831331e-3, 6.238968252742796e-3, 2.849998395185769e-3, 2.850001604814231e-3],
            Function = Hires,
        },
    ];

    private static void Robertson(double time, ReadOnlySpan<double> y, Span<double> dy)
    {
        dy[0] = (-0.04 * y[0]) + (1e4 * y[1] * y[2]);
        dy[2] = 3e7 * y[1] * y[1];
        dy[1] = -dy[0] - dy[2];
    }

    private static void Hires(double time, ReadOnlySpan<double> y, Span<double> dy)
    {
        dy[0] = (-1.71 * y[0]) + (0.43 * y[1]) + (8.32 * y[2]) + 0.0007;
        dy[1] = (1.71 * y[0]) - (8.75 * y[1]);
        dy[2] = (-10.03 * y[2]) + (0.43 * y[3]) + (0.035 * y[4]);
        dy[3] = (8.32 * y[1]) + (1.71 * y[2]) - (1.12 * y[3]);
        dy[4] = (-1.745 * y[4]) + (0.43 * y[5]) + (0.43 * y[6]);
        dy[5] = (-280 * y[5] * y[7]) + (0.69 * y[3]) + (1.71 * y[4]) - (0.43 * y[5]) + (0.69 * y[6]);
        dy[6] = (280 * y[5] * y[7]) - (1.81 * y[6]);
        dy[7] = -dy[6];
    }
}
