using FlowOde.Flows.Randomness;

namespace FlowOde.Flows.Matching;

/// <summary>At which times a field is compared with a path.</summary>
public interface ITimeSampling
{
    /// <summary>The name in configurations.</summary>
    string Name { get; }

    /// <summary>What it is, in one line.</summary>
    string Description { get; }

    /// <summary>A time for each row, in (0, 1).</summary>
    /// <param name="rows">The rows' numbers; a row's time does not depend on the others.</param>
    /// <param name="stream">The draws.</param>
    double[] Draw(ReadOnlySpan<long> rows, RandomStream stream);
}
