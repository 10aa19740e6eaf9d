using FlowOde.Flows.TraceEstimators;

namespace FlowOde.Cli.Settings;

/// <summary>Which trace is used where.</summary>
internal static class TraceSettings
{
    /// <summary>Scores use the exact trace up to this dimension: D tangents of D rows fit in memory and time.</summary>
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

    /// <summary>The names.</summary>
    public static IEnumerable<string> Names => ["exact", "hutchinson"];

    /// <summary>The distributions of probes.</summary>
    public static IEnumerable<string> Distributions => Enum.GetNames<ProbeDistribution>().Select(name => name.ToLowerInvariant());

    /// <summary>The trace in training.</summary>
    public static ITraceEstimator ForTraining(SettingValues values) => values.Text("trace") == "exact"
        ? new ExactTrace()
        : new HutchinsonTrace((int)values.Integer("probes"), Enum.Parse<ProbeDistribution>(values.Text("probe-distribution"), ignoreCase: true));
}
