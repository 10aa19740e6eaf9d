using FlowOde.Flows.Training;

namespace FlowOde.Cli.Settings;

/// <summary>The learning rate schedules by name. A new one is one file and one line here.</summary>
internal static class ScheduleCatalog
{
    private static readonly (string Name, Func<long, ILearningRateSchedule> Create)[] _all =
    [
        ("cosine", warmup => new CosineSchedule(warmup)),
        ("linear", warmup => new LinearSchedule(warmup)),
        ("constant", warmup => new ConstantSchedule(warmup)),
    ];

    /// <summary>The names, the default first.</summary>
    public static IEnumerable<string> Names => _all.Select(entry => entry.Name);

    /// <summary>The schedule of a known name.</summary>
    public static ILearningRateSchedule Create(string name, long warmup) => _all.Single(entry => entry.Name == name).Create(warmup);
}
