using FlowOde.Solvers.Tableaus;
using FlowOde.Solvers.Vectors;
using TorchSharp;

namespace FlowOde.Solvers.Steppers;

/// <summary>The first steps of a BDF method of one order: as many of Radau IIA of order 5 as make the states that it needs.</summary>
internal sealed class BdfStart : IDisposable
{
    private readonly FlatVector[] _states; // the last first
    private readonly double[] _times;
    private int _count;
    private int _earlier; // evaluations of starts before this one

    public BdfStart(int order, VectorLayout layout, torch.ScalarType dtype, torch.Device device)
    {
        Steps = new(new ImplicitRungeKutta(Radau5.Tableau), layout, dtype, device);
        (_states, _times) = ([.. Enumerable.Range(0, order + 1).Select(_ => new FlatVector(layout, dtype, device))], new double[order + 1]);
    }

    /// <summary>The order of the error that the steps estimate, plus 1: as this power of its length the error of a step falls.</summary>
    public static int ErrorPower => Math.Min(Radau5.Tableau.Order, Radau5.Tableau.EmbeddedOrder) + 1;

    /// <summary>What makes the steps.</summary>
    public ImplicitRungeKuttaWorkspace Steps { get; }

    /// <summary>Whether the next step is one of these.</summary>
    public bool IsRunning { get; private set; }

    /// <summary>Evaluations of all starts of a solve.</summary>
    public int Evaluations => _earlier + Steps.Evaluations;

    /// <summary>Forgets what the starts of earlier solves cost.</summary>
    public void Forget() => _earlier = -Steps.Evaluations;

    /// <summary>Starts, at any time of a solve.</summary>
    public void Begin(IStageSystem system, double time, FlatVector state)
    {
        _earlier += Steps.Evaluations;
        Steps.Begin(system, time, state);
        (_count, IsRunning) = (0, true);
        Keep(time, state);
    }

    /// <summary>Takes the state that an accepted step has left; the last one that is needed ends the start.</summary>
    /// <param name="intoDifferences">Receives the differences when the start ends.</param>
    /// <returns>The length of the steps that the differences are of, or 0 while there are none.</returns>
    public double Take(BackwardDifferences intoDifferences)
    {
        Keep(Steps.Time, Steps.State);
        IsRunning = _count < _states.Length;
        return IsRunning ? 0 : intoDifferences.Begin(_times, _states);
    }

    public void Dispose()
    {
        Steps.Dispose();
        foreach (var state in _states)
        {
            state.Dispose();
        }
    }

    private void Keep(double time, FlatVector state)
    {
        var oldest = _states[^1];
        Array.Copy(_states, 0, _states, 1, _states.Length - 1);
        Array.Copy(_times, 0, _times, 1, _times.Length - 1);
        oldest.CopyFrom(state);
        (_states[0], _times[0]) = (oldest, time);
        _count++;
    }
}
