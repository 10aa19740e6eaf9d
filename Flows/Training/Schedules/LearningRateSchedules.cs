using System.Collections.ObjectModel;

namespace FlowOde.Flows.Training.Schedules;

/// <summary>The schedules by name.</summary>
public static class LearningRateSchedules
{
    private static readonly SortedDictionary<string, Func<double, ILearningRateSchedule>> _makers = new(StringComparer.Ordinal)
    {
        ["constant"] = rate => new ConstantRate { BaseRate = rate },
        ["cosine"] = rate => new CosineDecay { BaseRate = rate },
        ["inverse-sqrt"] = rate => new InverseSquareRoot { BaseRate = rate },
        ["linear"] = rate => new LinearDecay { BaseRate = rate },
        ["step"] = rate => new StepDecay { BaseRate = rate },
        ["step-odenet"] = rate => new StepDecay { BaseRate = rate, Milestones = [0.375, 0.625, 0.875] }, // epochs 60, 100 and 140 of 160
    };

    /// <summary>The known names, sorted.</summary>
    public static IReadOnlyList<string> Names { get; } = new ReadOnlyCollection<string>([.. _makers.Keys]);

    /// <summary>A schedule by its name, its other options at their defaults.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="baseRate">The largest rate, per step; positive.</param>
    /// <param name="warmUpSteps">Steps of linear warm-up, not negative; 0 for none.</param>
    /// <exception cref="ArgumentException">The name is unknown; the message lists the known ones.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The rate or the warm-up is out of range.</exception>
    public static ILearningRateSchedule Named(string name, double baseRate, long warmUpSteps = 0)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!_makers.TryGetValue(name, out var make))
        {
            throw new ArgumentException($"There is no learning-rate schedule '{name}'; known are {string.Join(", ", Names)}.", nameof(name));
        }

        return new LinearWarmUp { Inner = make(baseRate), Steps = warmUpSteps };
    }
}
