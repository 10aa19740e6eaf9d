using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Vectors;
using TorchSharp;

namespace FlowOde.Solvers.Newton;

/// <summary>
/// How large an update of Newton's iteration is: in tolerances where steps are held to some, else in machine epsilons of each segment. Quadratures,
/// which never feed back, do not count; evolving segments do even where they are no part of the error norm.
/// </summary>
internal sealed class UpdateNorm : IDisposable
{
    /// <summary>A segment below this part of the state is known only to round-off of the state.</summary>
    private const double Negligible = 1e-8;

    private readonly FlatVector _start;
    private readonly VectorRange[][] _segments;
    private readonly double[] _sizes;
    private readonly double _epsilon;

    public UpdateNorm(VectorLayout layout, torch.ScalarType dtype, torch.Device device, double epsilon)
    {
        _start = new(layout.Map(segment => segment with { InNorm = segment.Role == SegmentRole.Evolving }), dtype, device);
        _segments = [.. layout.Segments.Where(segment => segment.Role == SegmentRole.Evolving && segment.Length > 0).Select(segment => new VectorRange[] { new(segment.Offset, segment.Length) })];
        (_sizes, _epsilon) = (new double[_segments.Length], epsilon);
    }

    /// <summary>What the steps are held to, or null.</summary>
    public Tolerances? Tolerances { get; set; }

    /// <summary>Takes the start of a step.</summary>
    public void Begin(FlatVector start)
    {
        _start.CopyFrom(start);
        for (int i = 0; i < _segments.Length; i++)
        {
            _sizes[i] = Length(start, i);
        }
    }

    /// <summary>The size of an update of a state.</summary>
    public double Of(FlatVector update, FlatVector state)
    {
        if (Tolerances is { } tolerances)
        {
            return ErrorNorm.LargestSegment.Evaluate(tolerances, _start, state, [1], [update]);
        }

        double largest = 0, whole = Math.Sqrt(LinearCombination.Dot(state, state, state.Layout.EvolvingRanges));
        for (int i = 0; i < _segments.Length; i++)
        {
            double length = Length(update, i);
            double size = Math.Max(Math.Max(_sizes[i], Length(state, i)), Negligible * whole);
            double part = length == 0 ? 0 : length / (_epsilon * size);
            largest = double.IsNaN(largest) || part <= largest ? largest : part;
        }

        return largest;
    }

    public void Dispose() => _start.Dispose();

    private double Length(FlatVector vector, int segment) => Math.Sqrt(LinearCombination.Dot(vector, vector, _segments[segment]));
}
