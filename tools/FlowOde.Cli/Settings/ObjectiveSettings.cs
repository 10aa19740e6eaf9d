using FlowOde.Cli.Failures;
using FlowOde.Flows.Composition;
using FlowOde.Flows.Matching;
using FlowOde.Flows.Objectives;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Cli.Settings;

/// <summary>Reads what training makes small.</summary>
internal static class ObjectiveSettings
{
    /// <summary>Maximum likelihood, by solving the flow's equation.</summary>
    public const string Likelihood = "likelihood";

    /// <summary>Flow matching, without solving anything.</summary>
    public const string FlowMatching = "flow-matching";

    private static readonly string[] _ofSolves =
    [
        "learn-end-time", "adjoint", "adjoint-memory", "adjoint-solver", "adjoint-rtol", "adjoint-atol", "trace", "probes", "probe-distribution", "regularize", "warm-start",
    ];

    /// <summary>The names.</summary>
    public static IEnumerable<string> Names => [Likelihood, FlowMatching];

    /// <summary>Refuses choices that say nothing under the objective.</summary>
    /// <param name="asked">What was chosen, without defaults.</param>
    /// <param name="objective">The objective.</param>
    /// <exception cref="UsageException">There is such a choice.</exception>
    public static void RefuseIdle(SettingValues asked, string objective)
    {
        string[] idle = objective == FlowMatching ? _ofSolves : [.. MatchingCatalog.All.Select(setting => setting.Name)];
        if (Array.Find(idle, asked.Has) is { } name)
        {
            throw new UsageException(objective == FlowMatching
                ? $"--{name} says nothing about --objective {FlowMatching}, which solves no equation in training; leave it out."
                : $"--{name} belongs to --objective {FlowMatching}; add that, or leave it out.");
        }

        if (asked.Flag("per-sample") && (asked.TextOrNull("warm-start") == "on" ? "warm-start" : asked.Has("error-norm") ? "error-norm" : null) is { } common)
        {
            throw new UsageException($"--{common} is about steps that all rows share, and says nothing with --per-sample; leave out one of them.");
        }

        if (asked.Has("steps") && asked.TextOrNull("warm-start") == "on")
        {
            throw new UsageException("--warm-start on is about steps that adapt, and says nothing with --steps; leave out one of them.");
        }
    }

    /// <summary>Refuses a model that the objective cannot train.</summary>
    /// <param name="values">The settings.</param>
    /// <param name="model">The model.</param>
    /// <exception cref="UsageException">The choices do not go together, or not with the model.</exception>
    public static void RequireFit(SettingValues values, FlowModel model)
    {
        if (values.Text("objective") == FlowMatching)
        {
            _ = Matching(values, model);
        }
    }

    /// <summary>The objective of training, over a whole batch.</summary>
    /// <param name="values">The settings.</param>
    /// <param name="model">The model.</param>
    /// <param name="threads">Threads that share a batch.</param>
    /// <param name="parameters">The parameters; only their layout is used.</param>
    /// <exception cref="UsageException">The choices do not go together, or not with the model.</exception>
    public static TrainingObjective Create(SettingValues values, FlowModel model, int threads, FlatVector parameters)
    {
        bool isMatching = values.Text("objective") == FlowMatching;
        var sharded = new ShardedObjective(isMatching ? Matching(values, model) : Penalised(values, model), threads, parameters);
        IObjective whole = isMatching && values.Text("coupling") != "independent" ? new CoupledObjective(sharded, Coupling(values)) : sharded;
        return new(Noisy(whole, model), sharded);
    }

    /// <summary>The likelihood with its penalties, for gradients of solves.</summary>
    public static IObjective LikelihoodOf(SettingValues values, FlowModel model) => Noisy(Penalised(values, model), model);

    /// <summary>The likelihood with its penalties. Weights are relative to the unit in which it is reported: of images bits per dimension, as Finlay et al. 2020 have it.</summary>
    private static NegativeLogLikelihood Penalised(SettingValues values, FlowModel model)
    {
        double unit = model.Dequantization is null ? 1 : 1 / BitsPerDim.FromNats(1, model.Options.Dimension);
        return new([.. SolveSettings.Penalties(values).Select(penalty => penalty.Weight * unit)]);
    }

    private static FlowMatching Matching(SettingValues values, FlowModel model)
    {
        if (model.BlockCount != 1 || model.Options.Scales != 1 || model.Options.HasBatchNorm)
        {
            throw new UsageException($"--objective {FlowMatching} trains one continuous flow behind closed-form maps; this model has {(model.Options.Scales > 1 ? $"{model.Options.Scales} scales" : model.Options.HasBatchNorm ? "norms between its flows" : $"{model.BlockCount} blocks")}. Train a new model with --blocks 1 --scales 1 and without --batch-norm, or train by likelihood.");
        }

        if (model.Options.LearnsDataTime)
        {
            throw new UsageException($"--objective {FlowMatching} has a fixed clock; leave out --learn-end-time.");
        }

        if (model.Options.LogitAlpha is not null)
        {
            throw new UsageException($"--objective {FlowMatching} maps images to [-1, 1], as a logit's far ends leave no straight way; give --logit-alpha {ModelSettings.None}.");
        }

        double? width = values.Has("sigma") ? values.Number("sigma") : null;
        return new(ProbabilityPaths.Named(values.Text("path"), width), TimeSamplings.Named(values.Text("time-sampling")), model.Options.ContextDimension == 0 ? 0 : values.Number("class-dropout"));
    }

    /// <summary>The coupling; a Schrödinger bridge of width σ has the strength 2σ² in units of the cost.</summary>
    private static ICoupling Coupling(SettingValues values)
    {
        string name = values.Text("coupling");
        return name == "sinkhorn" && ProbabilityPaths.Named(values.Text("path"), values.Has("sigma") ? values.Number("sigma") : null) is SchroedingerBridgePath bridge
            ? new SinkhornCoupling(2 * bridge.Width * bridge.Width, isRelative: false)
            : Couplings.Named(name);
    }

    private static IObjective Noisy(IObjective objective, FlowModel model) => model.Dequantization is { } dequantization ? new DequantizedObjective(objective, dequantization) : objective;
}
