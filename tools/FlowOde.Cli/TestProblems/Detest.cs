namespace FlowOde.Cli.TestProblems;

/// <summary>The 25 problems that methods for equations which are not stiff are compared on, all over 20 units of time.</summary>
/// <remarks>Hull, Enright, Fellen, Sedgwick 1972, Comparing numerical methods for ordinary differential equations, SIAM J. Numer. Anal. 9:603.</remarks>
internal static class Detest
{
    /// <summary>Classes A (one equation), B (small systems), C (moderate systems), D (orbits) and E (equations of higher order).</summary>
    public static IReadOnlyList<NamedProblem> All { get; } = [.. Single, .. Small, .. Moderate, .. Orbits, .. HigherOrder];

    private static IEnumerable<NamedProblem> Single =>
    [
        Problem("a1", "negative exponential", [1], (_, y, dy) => dy[0] = -y[0]),
        Problem("a2", "special case of the Riccati equation", [1], (_, y, dy) => dy[0] = -y[0] * y[0] * y[0] / 2),
        Problem("a3", "oscillating", [1], (t, y, dy) => dy[0] = y[0] * Math.Cos(t)),
        Problem("a4", "logistic curve", [1], (_, y, dy) => dy[0] = y[0] / 4 * (1 - (y[0] / 20))),
        Problem("a5", "spiral", [4], (t, y, dy) => dy[0] = (y[0] - t) / (y[0] + t)),
    ];

    private static IEnumerable<NamedProblem> Small =>
    [
        Problem("b1", "growth of two populations in conflict", [1, 3], (_, y, dy) => (dy[0], dy[1]) = (2 * (y[0] - (y[0] * y[1])), -(y[1] - (y[0] * y[1])))),
        Problem("b2", "linear chemical reaction", [2, 0, 1], (_, y, dy) => (dy[0], dy[1], dy[2]) = (-y[0] + y[1], y[0] - (2 * y[1]) + y[2], y[1] - y[2])),
        Problem("b3", "nonlinear chemical reaction", [1, 0, 0], (_, y, dy) => (dy[0], dy[1], dy[2]) = (-y[0], y[0] - (y[1] * y[1]), y[1] * y[1])),
        Problem("b4", "integral surface of a torus", [3, 0, 0], (_, y, dy) =>
        {
            double r = Math.Sqrt((y[0] * y[0]) + (y[1] * y[1]));
            (dy[0], dy[1], dy[2]) = (-y[1] - (y[0] * y[2] / r), y[0] - (y[1] * y[2] / r), y[0] / r);
        }),
        Problem("b5", "Euler's equations of a rigid body", [0, 1, 1], (_, y, dy) => (dy[0], dy[1], dy[2]) = (y[1] * y[2], -y[0] * y[2], -0.51 * y[0] * y[1])),
    ];

    private static IEnumerable<NamedProblem> Moderate =>
    [
        Problem("c1", "radioactive decay chain", Unit(10), (_, y, dy) => Chain(y, dy, _ => 1)),
        Problem("c2", "radioactive decay chain with growing rates", Unit(10), (_, y, dy) => Chain(y, dy, i => i + 1)),
        Problem("c3", "heat equation on 10 points", Unit(10), (_, y, dy) => Heat(y, dy)),
        Problem("c4", "heat equation on 51 points", Unit(51), (_, y, dy) => Heat(y, dy)),
        Problem("c5", "five planets", FiveBodies.Start, FiveBodies.Evaluate),
    ];

    private static IEnumerable<NamedProblem> Orbits => Enumerable.Range(1, 5).Select(i => (Name: $"d{i}", Eccentricity: ((2 * i) - 1) / 10.0)).Select(orbit =>
        Problem(orbit.Name, FormattableString.Invariant($"orbit of eccentricity {orbit.Eccentricity}"), [1 - orbit.Eccentricity, 0, 0, Math.Sqrt((1 + orbit.Eccentricity) / (1 - orbit.Eccentricity))], (_, y, dy) =>
        {
            double cube = Math.Pow((y[0] * y[0]) + (y[1] * y[1]), 1.5);
            (dy[0], dy[1], dy[2], dy[3]) = (y[2], y[3], -y[0] / cube, -y[1] / cube);
        }));

    private static IEnumerable<NamedProblem> HigherOrder =>
    [
        Problem("e1", "Bessel's equation", [0.6713967071418030, 0.09540051444747446], (t, y, dy) =>
        {
            double x = t + 1;
            (dy[0], dy[1]) = (y[1], -((y[1] / x) + ((1 - (0.25 / (x * x))) * y[0])));
        }),
        Problem("e2", "Van der Pol's equation", [2, 0], (_, y, dy) => (dy[0], dy[1]) = (y[1], ((1 - (y[0] * y[0])) * y[1]) - y[0])),
        Problem("e3", "Duffing's equation", [0, 0], (t, y, dy) => (dy[0], dy[1]) = (y[1], (y[0] * y[0] * y[0] / 6) - y[0] + (2 * Math.Sin(2.78535 * t)))),
        Problem("e4", "fall with air resistance", [30, 0], (_, y, dy) => (dy[0], dy[1]) = (y[1], 0.032 - (0.4 * y[1] * y[1]))),
        Problem("e5", "linear pursuit", [0, 0], (t, y, dy) => (dy[0], dy[1]) = (y[1], Math.Sqrt(1 + (y[1] * y[1])) / (25 - t))),
    ];

    private static NamedProblem Problem(string name, string title, double[] start, FieldFunction function) => new()
    {
        Name = name,
        Title = title,
        Function = function,
        Start = start,
        End = 20,
        Solution = ReferenceSolutions.Of(name),
        SolutionIsKnownTo = ReferenceSolutions.KnownTo(name),
    };

    private static double[] Unit(int dimension) => [1, .. new double[dimension - 1]];

    /// <summary>Each nucleus decays into the next, the last is stable.</summary>
    private static void Chain(ReadOnlySpan<double> y, Span<double> dy, Func<int, double> rate)
    {
        for (int i = 0; i < y.Length; i++)
        {
            dy[i] = (i == 0 ? 0 : rate(i - 1) * y[i - 1]) - (i == y.Length - 1 ? 0 : rate(i) * y[i]);
        }
    }

    private static void Heat(ReadOnlySpan<double> y, Span<double> dy)
    {
        for (int i = 0; i < y.Length; i++)
        {
            dy[i] = (i == 0 ? 0 : y[i - 1]) - (2 * y[i]) + (i == y.Length - 1 ? 0 : y[i + 1]);
        }
    }
}
