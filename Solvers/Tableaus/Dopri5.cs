namespace FlowOde.Solvers.Tableaus;

/// <summary>The pair of Dormand and Prince, order 5(4), seven stages of which the last is the next step's first.</summary>
/// <remarks>
/// Dormand, Prince 1980, JCAM 6:19; Hairer, Nørsett, Wanner, Solving ODEs I, II.5. The error weights are theirs (those of the code
/// DOPRI5); torchdiffeq and diffrax use Shampine's, which are 2/3 of these, so that the same tolerance takes steps 8 % longer there.
/// Dense output of order 4 after Shampine 1986, Math. Comp. 46:135.
/// </remarks>
public static class Dopri5
{
    private static readonly double[] _solution = [35 / 384.0, 0, 500 / 1113.0, 125 / 192.0, -2187 / 6784.0, 11 / 84.0];

    // The weights d of the quartic term, Hairer, Nørsett, Wanner II.6 (6.12).
    private static readonly double[] _quartic =
    [
        -12715105075 / 11282082432.0, 0, 87487479700 / 32700410799.0, -10690763975 / 1880347072.0,
        701980252875 / 199316789632.0, -1453857185 / 822651844.0, 69997945 / 29380423.0,
    ];

    /// <summary>The coefficients.</summary>
    public static ButcherTableau Tableau { get; } = new(
        "dopri5",
        5,
        [
            [],
            [1 / 5.0],
            [3 / 40.0, 9 / 40.0],
            [44 / 45.0, -56 / 15.0, 32 / 9.0],
            [19372 / 6561.0, -25360 / 2187.0, 64448 / 6561.0, -212 / 729.0],
            [9017 / 3168.0, -355 / 33.0, 46732 / 5247.0, 49 / 176.0, -5103 / 18656.0],
            _solution,
        ],
        [.. _solution, 0],
        [0, 1 / 5.0, 3 / 10.0, 4 / 5.0, 8 / 9.0, 1, 1],
        [71 / 57600.0, 0, -71 / 16695.0, 71 / 1920.0, -17253 / 339200.0, 22 / 525.0, -1 / 40.0],
        embeddedOrder: 4,
        DenseRows(),
        denseOrder: 4);

    /// <summary>
    /// u(θ) = y0 + θΔ + θ(1−θ)(hk1 − Δ) + θ²(1−θ)(2Δ − hk1 − hk7) + θ²(1−θ)² hΣd_i k_i with Δ = hΣb_i k_i, sorted by stage and power of θ.
    /// </summary>
    private static double[][] DenseRows()
    {
        var rows = new double[7][];
        for (int i = 0; i < 7; i++)
        {
            double b = i < 6 ? _solution[i] : 0, d = _quartic[i], first = i == 0 ? 1 : 0, last = i == 6 ? 1 : 0;
            double cubic = (2 * b) - first - last;
            rows[i] = [first, b - first + cubic + d, -cubic - (2 * d), d];
        }

        return rows;
    }
}
