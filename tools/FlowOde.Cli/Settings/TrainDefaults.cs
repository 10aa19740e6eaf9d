namespace FlowOde.Cli.Settings;

/// <summary>What holds where nobody says anything, as a function of the data.</summary>
internal static class TrainDefaults
{
    private const int ExactTraceDimension = 4;
    private const int Batch = 512;
    private const int SmallBatch = 256; // for maps and the like: twice the steps in the same time (ablation in tests/FlowOde.Benchmarks)
    private const int LowDimension = 3;

    /// <summary>
    /// Training takes this many seconds where no budget is given, and the least where columns are few: with scores and pictures the command then ends
    /// within 150 seconds.
    /// </summary>
    private const double Seconds = 115;

    // Scores with the exact trace cost D tangents: 54 s for the 6,932 rows of miniboone (D = 43) on two busy cores.
    private const double SecondsPerColumn = 1;
    private const double LeastSeconds = 60;

    /// <summary>
    /// The defaults. Training solves at 1e-3: its gradient is exact for the steps made, and at 1e-6, where scores are computed, the fit is as
    /// good as that of a run at 1e-5, for half the evaluations.
    /// </summary>
    /// <param name="facts">What is known of the data.</param>
    /// <param name="asked">What the user chose: what is not chosen depends on the objective and the network.</param>
    public static SettingLayer For(DataFacts facts, SettingValues asked)
    {
        string objective = asked.TextOrNull("objective") ?? ObjectiveSettings.Likelihood;
        var layer = ForTables(facts).Add("objective", objective).Add("adjoint", AdjointSettings.UsualFor(asked.TextOrNull("solver")));
        if (objective == ObjectiveSettings.FlowMatching)
        {
            MatchingCatalog.AddDefaults(layer);
        }

        return facts.Image is { } image ? ImageDefaults.Add(layer, image, objective, asked.TextOrNull("network"), facts.TrainRows ?? Batch) : layer;
    }

    private static SettingLayer ForTables(DataFacts facts) => new SettingLayer("default ")
        .Add("network", "mlp")
        .Add("hidden", "64", "64", "64")
        .Add("blocks", "1")
        .Add("layer", "concatsquash")
        .Add("activation", IsLowDimensionalTable(facts) ? "sine" : "tanh")
        .Add("base-time", "0")
        .Add("data-time", "1")
        .Add("learn-end-time", SettingValues.No)
        .Add("last-layer-scale", "1")
        .Add("solver", "dopri5")
        .Add("rtol", "0.001")
        .Add("atol", "0.001")
        .Add("controller", "i")
        .Add("warm-start", "on")
        .Add("error-norm", "segment")
        .Add("max-steps", "1000")
        .Add("adjoint-memory", "512MB")
        .Add("trace", facts.Dimension <= ExactTraceDimension ? "exact" : "hutchinson") // exact costs D tangents, but its gradient has no noise
        .Add("probes", "1")
        .Add("probe-distribution", "rademacher")
        .Add("batch", $"{Math.Min(IsLowDimensionalTable(facts) ? SmallBatch : Batch, facts.TrainRows ?? Batch)}")
        .Add("lr", "0.02") // from 2 to 43 columns better than 0.005 and 0.01 (ablation in tests/FlowOde.Benchmarks)
        .Add("schedule", "cosine")
        .Add("warmup", "100")
        .Add("weight-decay", "0")
        .Add("clip", "10")
        .Add("average", "0.999")
        .Add("minutes", $"{(facts.Dimension <= LowDimension ? LeastSeconds : Math.Max(LeastSeconds, Seconds - (SecondsPerColumn * Math.Max(0, facts.Dimension - ExactTraceDimension)))) / 60:R}")
        .Add("validate-every", "200")
        .Add("validation-rows", "2000")
        .Add("patience", facts.TrainRows is null ? "0" : "15") // a table can be learnt by heart, fresh draws cannot
        .Add("validation", "0.1")
        .Add("test", "0.1")
        .Add("header", "auto")
        .Add("missing", "fail")
        .Add("seed", "0")
        .Add("device", "auto")
        .Add("dtype", facts.NeedsDouble ? "float64" : "float32")
        .Add("threads", $"{Math.Clamp(Environment.ProcessorCount, 1, 16)}");

    /// <summary>
    /// Measured tables of few columns (maps, above all) have detail on every scale, which a sine field finds in a third of the steps that
    /// tanh needs; on the smooth toys tanh is the better one.
    /// </summary>
    private static bool IsLowDimensionalTable(DataFacts facts) => facts.TrainRows is not null && facts.Dimension <= LowDimension;
}
