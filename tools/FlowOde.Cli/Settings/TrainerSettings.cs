using FlowOde.Flows.Training;
using FlowOde.Flows.Training.Schedules;

namespace FlowOde.Cli.Settings;

/// <summary>Reads how a model is trained.</summary>
internal static class TrainerSettings
{
    /// <summary>The trainer's options.</summary>
    public static TrainerOptions Read(SettingValues values) => new()
    {
        Schedule = LearningRateSchedules.Named(values.Text("schedule"), values.Number("lr"), values.Integer("warmup")),
        ClipNorm = values.Has("clip") ? values.Number("clip") : double.PositiveInfinity,
        AverageDecay = values.Number("average"),
        ValidateEvery = values.Integer("validate-every"),
        Patience = (int)values.Integer("patience"),
        WarmStart = values.TextOrNull("warm-start") == "on",
        SecondsLimit = values.Has("minutes") ? 60 * values.Number("minutes") : null,
    };

    /// <summary>The constants of the optimiser.</summary>
    public static AdamOptions Adam(SettingValues values) => new() { WeightDecay = values.Number("weight-decay") };

    /// <summary>How many iterations a new run has.</summary>
    public static IterationPlan Plan(SettingValues values) =>
        values.TextOrNull("plan") is { } plan ? PlanText.Parse(plan)
        : values.Has("iterations") ? IterationPlan.Fixed(values.Integer("iterations"))
        : IterationPlan.Timed;
}
