using System.Globalization;
using static FlowOde.Solvers.Steppers.StepCoefficient;

namespace FlowOde.Solvers.Steppers;

/// <summary>
/// LM-ResNet with a fixed k, x_{n+1} = (1 − k)x_n + k x_{n−1} + F(x_n): a linear two-step method. With F = (1 + k)hf it solves ẋ = f: k = 0 is Euler,
/// k = 1 the two-step leapfrog (explicit midpoint rule) of order 2; every other k has order 1. Zero-stable iff −1 &lt; k ≤ 1 (the roots are 1 and −k).
/// </summary>
/// <remarks>
/// Lu, Zhong, Li, Dong 2018 (arXiv 1710.10121), §3; the authors' code has k multiply x_n. The modified equation is (1 + k)ẋ + (1 − k)(h/2)ẍ = F, so that the error
/// is (1 − k)/(1 + k) times Euler's.
/// </remarks>
public static class LmResNet
{
    /// <summary>What the names of these methods begin with; k follows.</summary>
    public const string Prefix = "lm:";

    /// <summary>Whether errors of a start stay bounded as steps are refined.</summary>
    public static bool IsZeroStable(double k) => k is > -1 and <= 1;

    /// <summary>The method as a solver of ẋ = f: it carries v_n = (x_n − x_{n−1})/h, which starts as f; x_{n+1} = x_n + hv_{n+1}, v_{n+1} = (1 + k)f_n − kv_n.</summary>
    /// <remarks>
    /// So the first step is Euler's, for k = 0 every one is, bit for bit, and a change of h between two steps leaves it consistent. For k = 1 a step can be undone;
    /// for other k undoing multiplies errors by 1/|k| each time, and is not offered.
    /// </remarks>
    /// <param name="k">Any finite number but −1, at which f has no part in the step; outside −1 &lt; k ≤ 1 the method diverges.</param>
    /// <exception cref="ArgumentOutOfRangeException">k is not finite, or −1.</exception>
    public static GeneralLinearMethod Of(double k)
    {
        var tableau = new GeneralLinearTableau
        {
            Name = $"{Prefix}{Checked(k).ToString("R", CultureInfo.InvariantCulture)}",
            Order = k == 1 ? 2 : 1,
            Carried = [CarriedStart.State, CarriedStart.Derivative],
            Step = new([0], new GeneralLinearRows([[1, 0]], [[1, H(-k), H(1 + k)], [0, -k, 1 + k]])),
            IsMultistep = k != 0,
        };
        return k == 1
            ? new ReversibleMethod(tableau with { Inverse = new([0], new GeneralLinearRows([[1, H(-1)]], [[1, H(-1), 0], [0, -1, 2]])) })
            : new GeneralLinearMethod(tableau);
    }

    /// <summary>The network itself, word for word: x_{n+1} = (1 − k)x_n + k x_{n−1} + hF(x_n) from x_{−1} = x_0.</summary>
    /// <remarks>
    /// A scheme of (1 + k)ẋ = F, and of steps of one length: where k ≠ 0 not one of ẋ = F, so that it is not in <see cref="StepperCatalog"/>. Its first step is x_0 + hF, 1 + k times too long for that
    /// equation; what this starts dies out as (−k)ⁿ.
    /// </remarks>
    /// <param name="k">Any finite number but −1.</param>
    /// <exception cref="ArgumentOutOfRangeException">k is not finite, or −1.</exception>
    public static GeneralLinearMethod Network(double k) => new(new()
    {
        Name = $"lm-network:{Checked(k).ToString("R", CultureInfo.InvariantCulture)}",
        Order = 1,
        Carried = [CarriedStart.State, CarriedStart.State],
        Step = new([0], new GeneralLinearRows([[1, 0]], [[1 - k, k, H(1)], [1, 0, 0]])),
        IsMultistep = true,
    });

    /// <summary>The method of a name "lm:k", or null where there is no number behind the prefix.</summary>
    /// <exception cref="ArgumentOutOfRangeException">k is not zero-stable.</exception>
    internal static GeneralLinearMethod? Find(string name) =>
        !name.StartsWith(Prefix, StringComparison.Ordinal) || !double.TryParse(name[Prefix.Length..], NumberStyles.Float, CultureInfo.InvariantCulture, out double k) ? null
        : IsZeroStable(k) ? Of(k)
        : throw new ArgumentOutOfRangeException(nameof(name), name, "A linear multistep network is zero-stable for −1 < k ≤ 1 only; with any other k its errors grow with the number of steps. Give a k in that range.");

    private static double Checked(double k) => double.IsFinite(k) && k != -1
        ? k
        : throw new ArgumentOutOfRangeException(nameof(k), k, "k is a finite number other than −1; the method is zero-stable for −1 < k ≤ 1.");
}
