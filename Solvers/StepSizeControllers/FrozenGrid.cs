using FlowOde.Solvers.Integration;
using FlowOde.Solvers.Steppers;

namespace FlowOde.Solvers.StepSizeControllers;

/// <summary>
/// The accepted steps of an earlier solve, made again: by another gradient method, in another precision or with other parameters. Steps
/// are shares of the interval between two times, so that they stretch with it.
/// </summary>
public sealed class FrozenGrid : IStepSizeController
{
    private readonly double[][] _shares;
    private readonly double[][] _recorded;

    /// <summary>Freezes a grid.</summary>
    /// <param name="grid">The accepted times, the start first; see <see cref="Adjoints.RecordedSolve.Grid"/>.</param>
    /// <param name="times">The times of the problem it belongs to, the start first; each is on the grid.</param>
    /// <exception cref="ArgumentException">The grid does not run from the first time to the last through all others.</exception>
    public FrozenGrid(IReadOnlyList<double> grid, IReadOnlyList<double> times)
    {
        ArgumentNullException.ThrowIfNull(grid);
        ArgumentNullException.ThrowIfNull(times);
        int at = 0;
        var (shares, recorded) = (new List<double[]>(), new List<double[]>());
        for (int i = 1; i < times.Count && grid.Count > 0 && grid[0] == times[0]; i++)
        {
            double start = times[i - 1], length = times[i] - start;
            var interval = new List<double>();
            while (at + 1 < grid.Count && (interval.Count == 0 || grid[at] != times[i]))
            {
                interval.Add((grid[++at] - start) / length);
            }

            shares.Add([.. interval]);
            recorded.Add([start, .. grid.Skip(at - interval.Count + 1).Take(interval.Count)]);
        }

        _recorded = [.. recorded];
        bool fits = times.Count > 1 && shares.Count == times.Count - 1 && at == grid.Count - 1
            && shares.All(interval => interval.Length > 0 && interval[^1] == 1 && interval.Zip(interval.Prepend(0)).All(pair => pair.First > pair.Second));
        _shares = fits ? [.. shares] : throw new ArgumentException($"The grid of {grid.Count} times does not run through the problem's times [{string.Join(", ", times)}].", nameof(grid));
    }

    /// <inheritdoc/>
    public Tolerances? Tolerances => null;

    /// <inheritdoc/>
    public bool MeetsForcedTimes => false;

    /// <inheritdoc/>
    public int? CountSteps(ReadOnlySpan<double> times) => _shares.Sum(interval => interval.Length);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The problem has another number of times than the one whose grid this is.</exception>
    public StepSizeControl Start(IStepper stepper, ReadOnlySpan<double> times) => times.Length == _shares.Length + 1
        ? new Control(_shares, _recorded)
        : throw new ArgumentException($"The frozen grid has {_shares.Length} intervals; the problem has {times.Length - 1}.", nameof(times));

    private sealed class Control(double[][] shares, double[][] recorded) : StepSizeControl
    {
        private int _interval = -1;
        private int _step;
        private double _start;
        private double _next;
        private double _target;
        private bool _isRestarted;

        public override double Propose(double time, double target, bool isIntervalStart, Func<int, double> firstStep)
        {
            bool goesOn = _isRestarted && target == _target;
            (_isRestarted, _target) = (false, target);
            if (goesOn)
            {
                _step = 0;
            }
            else if (isIntervalStart)
            {
                (_interval, _step, _start) = (_interval + 1, 0, time);
            }

            do
            {
                _next = EndOfNext(target);
            }
            while (goesOn && _next != target && Math.Sign(target - time) * (_next - time) <= TimeResolution.At(time, _next)); // those before it were made
            return Math.Abs(_next - time);
        }

        /// <summary>The end of the next recorded step: where the interval is the recorded one, so are its times, to the last bit; else they are shares of it.</summary>
        private double EndOfNext(double target)
        {
            var (share, times) = (shares[_interval][_step++], recorded[_interval]);
            return _start == times[0] && target == times[^1] ? times[_step] : share == 1 ? target : _start + (share * (target - _start));
        }

        /// <summary>Goes on with what is left of the interval.</summary>
        public override void Restart() => _isRestarted = true;

        public override double EndOf(double time, double proposed, double target) => _next;

        public override bool Judge(double error, double step, double proposed) => true;
    }
}
