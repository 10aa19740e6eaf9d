using FlowOde.Solvers.Vectors;
using TorchSharp;

namespace FlowOde.Solvers.Steppers;

/// <summary>The cotangents of the times of a step's stages, as pullbacks write them. Not thread-safe.</summary>
internal sealed class StageTimes : IDisposable
{
    private readonly FlatVector _vector;
    private readonly torch.Tensor[] _views;
    private readonly double[] _whole;
    private readonly double[] _values;

    public StageTimes(int stages, torch.ScalarType dtype, torch.Device device)
    {
        _vector = new(new VectorLayout(Enumerable.Range(0, stages).Select(i => new Segment($"{i}", 1))), dtype, device);
        _views = [.. Enumerable.Range(0, stages).Select(i => _vector[i])];
        (_whole, _values) = (new double[_vector.Layout.Length], new double[stages]);
    }

    /// <summary>Where the cotangent of a stage's time is written, [1]. Belongs to this object.</summary>
    public torch.Tensor this[Index stage] => _views[stage];

    /// <summary>What was written, a number a stage; from a GPU in one transfer. Valid until it is read again.</summary>
    public ReadOnlySpan<double> Read()
    {
        _vector.CopyTo(_whole);
        for (int i = 0; i < _values.Length; i++)
        {
            _values[i] = _whole[i * VectorLayout.Alignment];
        }

        return _values;
    }

    /// <summary>How the loss depends on the start and on the length of a step through the times t + c_i h of its stages.</summary>
    /// <param name="nodes">c, one a stage.</param>
    public StepTimeGradient Sum(ReadOnlySpan<double> nodes)
    {
        double byTime = 0, byStep = 0;
        var values = Read();
        for (int i = 0; i < values.Length; i++)
        {
            byTime += values[i];
            byStep += nodes[i] * values[i];
        }

        return new(byTime, byStep);
    }

    public void Dispose() => _vector.Dispose();
}
