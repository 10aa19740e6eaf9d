namespace FlowOde.Solvers.Steppers;

/// <summary>The coefficients of Adams methods on any grid: g_j, β_j of Krogh's modified divided differences, computed anew for each step.</summary>
/// <remarks>
/// Hairer, Nørsett, Wanner, Solving ODEs I, III.5 (5.9)–(5.15). With Φ_0(n) = f_n and Φ_j(n) = Φ_{j−1}(n) − β_{j−1}(n−1)Φ_{j−1}(n−1) the predictor of k steps is
/// y + hΣ_{j&lt;k} g_j β_j Φ_j(n), the corrector of order k + 1 adds h g_k Φ_k(n + 1). On a uniform grid β_j = 1 and g_j = γ_j: 1, 1/2, 5/12, 3/8, 251/720 …
/// </remarks>
internal sealed class AdamsCoefficients
{
    private readonly double[] _g;
    private readonly double[] _beta;
    private readonly double[] _c;

    /// <summary>Makes room for a number of differences.</summary>
    public AdamsCoefficients(int differences) => (_g, _beta, _c) = (new double[differences + 1], new double[differences], new double[differences + 2]);

    /// <summary>g_j, one more than differences were asked for.</summary>
    public ReadOnlySpan<double> G => _g;

    /// <summary>β_j.</summary>
    public ReadOnlySpan<double> Beta => _beta;

    /// <summary>Computes both for a step.</summary>
    /// <param name="nextTime">The end of the step, t_{n+1}.</param>
    /// <param name="times">t_n, t_{n−1} …, as many as there are differences.</param>
    public void Compute(double nextTime, ReadOnlySpan<double> times)
    {
        int count = times.Length;
        double step = nextTime - times[0];
        _beta[0] = 1;
        for (int j = 1; j < count; j++)
        {
            _beta[j] = _beta[j - 1] * (nextTime - times[j - 1]) / (times[0] - times[j]);
        }

        for (int q = 0; q <= count; q++)
        {
            _c[q] = 1.0 / (q + 1);
        }

        _g[0] = 1;
        for (int j = 1; j <= count; j++)
        {
            double share = step / (nextTime - times[j - 1]);
            for (int q = 0; q <= count - j; q++)
            {
                _c[q] -= _c[q + 1] * share;
            }

            _g[j] = _c[0];
        }
    }
}
