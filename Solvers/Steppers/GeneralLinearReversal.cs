using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;
using TorchSharp;

namespace FlowOde.Solvers.Steppers;

/// <summary>Undoes steps of a general linear method by its inverse pass.</summary>
internal sealed class GeneralLinearReversal : StepReversal
{
    private readonly GeneralLinearArithmetic _inverse;
    private readonly FlatVector[] _stages;
    private readonly FlatVector[] _before;
    private readonly FlatVector _stageState;

    public GeneralLinearReversal(GeneralLinearPass inverse, int carried, VectorLayout layout, torch.ScalarType dtype, torch.Device device)
    {
        _inverse = new(inverse, carried, layout);
        FlatVector[] Make(int count) => [.. Enumerable.Range(0, count).Select(_ => new FlatVector(layout, dtype, device))];
        (_stages, _before, _stageState) = (Make(inverse.Stages), Make(carried), new(layout, dtype, device));
    }

    public override void StepBack(IVectorField field, FieldTape tape, double time, double nextTime, ReadOnlySpan<FlatVector> vectors)
    {
        double step = nextTime - time;
        FlatVector[] all = [.. vectors, .. _stages];
        _stageState.CopyFrom(vectors[0]);
        for (int i = 0; i < _stages.Length; i++)
        {
            _inverse.WriteStage(i, step, all, _stageState);
            HalvedEvaluation.Evaluate(field, _inverse.Half(i), _inverse.Time(i, time, nextTime), _stageState, tape, _stages[i]);
        }

        for (int j = 0; j < _before.Length; j++)
        {
            _before[j].CopyFrom(vectors[j]);
            _inverse.WriteOutput(j, step, all, _before[j]);
        }

        for (int j = 0; j < _before.Length; j++)
        {
            vectors[j].CopyFrom(_before[j]);
        }
    }

    public override void Dispose()
    {
        foreach (var vector in (IEnumerable<FlatVector>)[.. _stages, .. _before, _stageState])
        {
            vector.Dispose();
        }
    }
}
