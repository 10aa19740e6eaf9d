using FlowOde.Flows.Layers;
using FlowOde.Solvers;
using FlowOde.Solvers.Vectors;
using TorchSharp;
using static TorchSharp.torch;

namespace FlowOde.Flows.Composition;

/// <summary>
/// When the rows of a continuous flow are base and when they are data. The data time may be learned: then log |data time − base time| is
/// a parameter of the model, so that the duration stays positive and the direction of the clock stays as it was.
/// </summary>
/// <remarks>FFJORD's code has such an option, but detaches the time from the graph, so that it never learns.</remarks>
public sealed class CnfClock
{
    private readonly double _dataTime;
    private readonly double _direction;
    private readonly FlatVector? _logDuration;

    /// <summary>A clock that stands in the model's options.</summary>
    /// <param name="baseTime">The time at which rows follow the base density.</param>
    /// <param name="dataTime">The time at which rows are data; another than <paramref name="baseTime"/>.</param>
    /// <exception cref="ArgumentException">The times are equal or not finite.</exception>
    public CnfClock(double baseTime, double dataTime)
    {
        if (!double.IsFinite(baseTime) || !double.IsFinite(dataTime) || baseTime == dataTime)
        {
            throw new ArgumentException($"Base time {baseTime:R} and data time {dataTime:R} must be finite and differ.");
        }

        (BaseTime, _dataTime, _direction) = (baseTime, dataTime, Math.Sign(dataTime - baseTime));
    }

    /// <summary>A clock whose data time is a parameter.</summary>
    /// <param name="start">Base time and direction, and the data time that training starts from.</param>
    /// <param name="logDuration">The parameter, in <see cref="LearnedLayout"/>; read whenever the time is asked for. Belongs to the caller.</param>
    public CnfClock(CnfClock start, FlatVector logDuration)
    {
        ArgumentNullException.ThrowIfNull(start);
        ArgumentNullException.ThrowIfNull(logDuration);
        (BaseTime, _dataTime, _direction, _logDuration) = (start.BaseTime, start._dataTime, start._direction, logDuration);
    }

    /// <summary>The parameter of a learned clock.</summary>
    public static VectorLayout LearnedLayout { get; } = new(new Segment("logDuration", 1));

    /// <summary>Whether the data time is a parameter.</summary>
    public bool IsLearned => _logDuration is not null;

    /// <summary>The time at which rows follow the base density.</summary>
    public double BaseTime { get; }

    /// <summary>The time at which rows are data.</summary>
    /// <exception cref="OdeSolveException">A learned duration has become zero, infinite or no number.</exception>
    public double DataTime
    {
        get
        {
            if (_logDuration is null)
            {
                return _dataTime;
            }

            double log = Log(_logDuration), time = BaseTime + (_direction * Math.Exp(log));
            return double.IsFinite(time) && time != BaseTime
                ? time
                : throw new OdeSolveException($"The learned duration of the flow is exp({log:G4}), with which nothing can be solved. Lower --lr, or do without --learn-end-time.", BaseTime, 0, 0);
        }
    }

    /// <summary>Sets a parameter to the duration that the clock has without it.</summary>
    public void Initialize(FlatVector intoLogDuration)
    {
        ArgumentNullException.ThrowIfNull(intoLogDuration);
        using Scalar log = Math.Log(Math.Abs(_dataTime - BaseTime));
        intoLogDuration.Flat.fill_(log);
    }

    /// <summary>Adds ∂L/∂log T = ∂L/∂(data time) · (data time − base time).</summary>
    /// <param name="byDataTime">∂L/∂(data time).</param>
    /// <param name="intoGradient">Is added to, in <see cref="LearnedLayout"/>.</param>
    public void AddGradient(double byDataTime, FlatVector intoGradient)
    {
        ArgumentNullException.ThrowIfNull(intoGradient);
        using Scalar gradient = byDataTime * (DataTime - BaseTime);
        using var noGradient = no_grad();
        intoGradient[0].add_(gradient, CachedScalars.One);
    }

    private static double Log(FlatVector logDuration)
    {
        using var scope = NewDisposeScope();
        return logDuration[0].to(ScalarType.Float64).item<double>();
    }
}
