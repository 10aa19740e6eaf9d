using System.Globalization;
using FlowOde.Solvers.Certification;

namespace FlowOde.Cli.Certifying;

/// <summary>What was found of one gradient method.</summary>
/// <param name="Method">The gradient method.</param>
/// <param name="Solver">The solver.</param>
internal sealed record Certificate(string Method, string Solver)
{
    /// <summary>How far it lies from the float64 direct gradient of the same steps, or where these have none of those of dopri5 at the smallest tolerance, in the worst group of parameters.</summary>
    public GroupDistance? Error { get; init; }

    /// <summary>For methods with a backward solve of their own: the same at a tolerance of 1e-9, or with four times the steps.</summary>
    public double? FinerError { get; init; }

    /// <summary>How far it lies from central differences along random directions.</summary>
    public double? DifferenceError { get; init; }

    /// <summary>How far the float32 gradient of the same steps lies from the float64 direct one, in the worst group.</summary>
    public GroupDistance? SingleError { get; init; }

    /// <summary>The largest such distance that was allowed.</summary>
    public double? SingleLimit { get; init; }

    /// <summary>How far solver and tolerance put the gradient from one at a tolerance of 1e-10.</summary>
    public double? SchemeDistance { get; init; }

    /// <summary>The drift of rebuilt states.</summary>
    public double Drift { get; init; }

    /// <summary>Steps of all blocks.</summary>
    public int Steps { get; init; }

    /// <summary>Evaluations of the forward solves.</summary>
    public int NfeForward { get; init; }

    /// <summary>Evaluations and pullbacks of the backward pass.</summary>
    public int NfeBackward { get; init; }

    /// <summary>Seconds of the float64 gradient.</summary>
    public double Seconds { get; init; }

    /// <summary>Bytes of tapes and states kept; null where the method does not count them.</summary>
    public long? KeptBytes { get; init; }

    /// <summary>Why it fails, or null where it holds.</summary>
    public string? Failure { get; init; }

    /// <summary>In a word or two.</summary>
    public string Verdict => Failure is not null ? $"FAILS: {Failure}" : FinerError is null ? "exact" : $"off by {Small(Error?.Distance)}; falls with the tolerance, to {Small(FinerError)}";

    /// <summary>A distance as reports write it.</summary>
    public static string Small(double? number) => number is { } value ? value.ToString("0.0E+0", CultureInfo.InvariantCulture) : "–";
}
