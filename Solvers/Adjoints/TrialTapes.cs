using FlowOde.Solvers.Fields;

namespace FlowOde.Solvers.Adjoints;

/// <summary>The tapes of a step that is being tried, lent by a field's workspace: one a stage, and one more for all other evaluations.</summary>
/// <param name="workspace">Lends them.</param>
/// <param name="stages">Number of stages whose tapes are kept.</param>
internal sealed class TrialTapes(FieldWorkspace workspace, int stages)
{
    private readonly FieldTape?[] _tapes = new FieldTape?[stages + 1];

    /// <summary>The tapes of the stages; those of stages that were evaluated are there.</summary>
    public ReadOnlySpan<FieldTape> Stages => _tapes.AsSpan(0, stages)!;

    /// <summary>The tape of a stage. The trial for the first step's size and a stage share one: the stage is evaluated again before it is recorded.</summary>
    public FieldTape Of(int stage) => _tapes[Math.Min(stage, stages)] ??= workspace.RentTape();

    /// <summary>Lets the tapes of the stages go to whoever keeps them.</summary>
    /// <param name="holdsNextFirst">Whether the last evaluation was the first stage of the next step.</param>
    public void Release(bool holdsNextFirst)
    {
        Array.Clear(_tapes, 0, stages);
        if (holdsNextFirst && stages > 0)
        {
            (_tapes[0], _tapes[stages]) = (_tapes[stages], null);
        }
    }

    /// <summary>Gives all back that nobody keeps.</summary>
    public void Return()
    {
        for (int i = 0; i < _tapes.Length; i++)
        {
            if (_tapes[i] is { } tape)
            {
                workspace.ReturnTape(tape);
                _tapes[i] = null;
            }
        }
    }
}
