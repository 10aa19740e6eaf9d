namespace FlowOde.Flows.Matching;

/// <summary>The ways to draw times by name. A new one is one file and one line here.</summary>
public static class TimeSamplings
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<ITimeSampling> All { get; } = [new UniformTimes(), new LogitNormalTimes()];

    /// <summary>The one of this name.</summary>
    /// <exception cref="ArgumentException">There is none; the message lists those there are.</exception>
    public static ITimeSampling Named(string name) => All.FirstOrDefault(times => times.Name == name)
        ?? throw new ArgumentException($"There is no way '{name}' to draw times. Known are: {string.Join(", ", All.Select(times => times.Name))}.", nameof(name));
}
