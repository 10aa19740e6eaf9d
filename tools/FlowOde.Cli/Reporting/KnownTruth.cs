using FlowOde.Cli.Training;
using FlowOde.Data.ToyDensities;
using FlowOde.Samplers.Scoring;

namespace FlowOde.Cli.Reporting;

/// <summary>Compares a model with the density that rows were drawn from.</summary>
internal static class KnownTruth
{
    /// <summary>The divergence KL(true, model), estimated by the mean of log p_true − log p over rows drawn from the truth.</summary>
    /// <param name="truth">The true density, or null.</param>
    /// <param name="rows">Rows drawn from it.</param>
    /// <param name="logDensity">The model's log p of these rows, in nats.</param>
    /// <returns>The divergence in nats, or null where the truth is not known.</returns>
    public static MeanScore? Divergence(IToyDensity? truth, DataPart rows, double[] logDensity)
    {
        if (truth is not { HasExactDensity: true })
        {
            return null;
        }

        var exact = new double[rows.Rows];
        for (int i = 0; i < exact.Length; i++)
        {
            exact[i] = truth.LogDensity(rows.Values[2 * i], rows.Values[(2 * i) + 1]);
        }

        return MeanScore.OfDifference(exact, logDensity);
    }
}
