using FlowOde.Cli.Failures;
using FlowOde.Flows.TraceEstimators;

namespace FlowOde.Cli.Settings;

/// <summary>Which trace is used where.</summary>
internal static class TraceSettings
{
    /// <summary>Scores of tables use the exact trace up to this dimension: D tangents of D rows fit in memory and time.</summary>
    public const int ExactInScores = 64;

    /// <summary>Independent solves behind a reported score whose trace is estimated, each with <see cref="ScoreProbes"/> probes.</summary>
    public const int ScoreEstimates = 8;

    /// <summary>Probes of each such solve.</summary>
    public const int ScoreProbes = 8;

    /// <summary>
    /// Scores of few columns use Gaussian probes: a quadratic form of few signs has few values, so that several probes may agree by chance and
    /// their standard error be far too small.
    /// </summary>
    public const int GaussianUpTo = 16;

    private const string Exact = "exact", Hutchinson = "hutchinson", HutchPlusPlus = "hutch++";
    private const long ExactChunkBytes = 256L << 20;

    /// <summary>The names.</summary>
    public static IEnumerable<string> Names => [Exact, Hutchinson, HutchPlusPlus];

    /// <summary>The distributions of probes.</summary>
    public static IEnumerable<string> Distributions => Enum.GetNames<ProbeDistribution>().Select(name => name.ToLowerInvariant());

    /// <summary>The trace in training.</summary>
    /// <exception cref="UsageException">Hutch++ is asked for with a number of products that cannot be shared.</exception>
    public static ITraceEstimator ForTraining(SettingValues values) => Of(values.Text("trace"), (int)values.Integer("probes"),
        Enum.Parse<ProbeDistribution>(values.Text("probe-distribution"), ignoreCase: true));

    /// <summary>The trace in scores of images; the exact one in chunks of bounded memory.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="probes">Probes, or products of Hutch++.</param>
    /// <exception cref="UsageException">There is none of that name, or Hutch++ is asked for with a number of products that cannot be shared.</exception>
    public static ITraceEstimator ForScoring(string name, int probes) => name == Exact
        ? new ExactTrace { ChunkBytes = ExactChunkBytes }
        : Of(name, probes, ProbeDistribution.Rademacher);

    private static ITraceEstimator Of(string name, int probes, ProbeDistribution distribution) => name switch
    {
        Exact => new ExactTrace(),
        Hutchinson => new HutchinsonTrace(probes, distribution),
        HutchPlusPlus when probes % 3 == 0 => new HutchPlusPlusTrace(probes),
        HutchPlusPlus => throw new UsageException($"--probes {probes} with --trace {HutchPlusPlus}: it shares its products of the Jacobian between sketch, range and rest; give a multiple of 3."),
        _ => throw new UsageException($"--trace: '{name}' is not known.{Suggestion.For(name, Names)} Known are: {string.Join(", ", Names)}."),
    };
}
