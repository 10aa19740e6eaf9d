using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Steppers;

namespace FlowOde.Solvers.Measurement;

/// <summary>A gradient method that passes everything on to another and keeps the largest drift that its pullbacks report. Thread-safe.</summary>
/// <param name="method">The method that does the work.</param>
public sealed class ObservedAdjoint(IAdjoint method) : IAdjoint
{
    private readonly Lock _lock = new();

    /// <inheritdoc/>
    public string Name => method.Name;

    /// <summary>The largest <see cref="SolveGradient.Drift"/> of all pullbacks so far.</summary>
    public double LargestDrift { get; private set; }

    /// <inheritdoc/>
    public bool Supports(IStepper stepper, out string reason) => method.Supports(stepper, out reason);

    /// <inheritdoc/>
    public RecordedSolve Record(OdeProblem problem, TapeBudget budget) => new ObservedSolve(method.Record(problem, budget), Add);

    private void Add(double drift)
    {
        lock (_lock)
        {
            LargestDrift = Math.Max(LargestDrift, drift);
        }
    }
}
