using FlowOde.Flows.Composition;
using static TorchSharp.torch;

namespace FlowOde.Samplers.Sampling;

/// <summary>Rows on their way from base to data through the continuous flows of a model, whose clocks follow each other.</summary>
/// <remarks>
/// Rows between two continuous flows are shown as the data that they would become if the flows still ahead did nothing: by the closed-form parts alone. Of
/// several scales the columns that join later are there from the start, as the noise that they are.
/// </remarks>
public sealed class FlowPath
{
    private readonly Tensor? _context;
    private readonly int _blocks;
    private readonly double[] _stops;
    private readonly List<FlowPathPoint> _points = [];
    private int _block;

    private FlowPath(IFlow flow, Tensor? context, int stops)
    {
        (_context, _blocks) = (context, Continuous(flow));
        _stops = [.. Enumerable.Range(0, stops).Select(stop => (double)_blocks * stop / (stops - 1))];
    }

    /// <summary>Rows at times between base and data.</summary>
    /// <param name="flow">The flow, with at least one <see cref="Cnf"/>; its other parts are chains, scales and bijections of closed form.</param>
    /// <param name="latent">Rows at the base, [batch, dimension]. Not changed.</param>
    /// <param name="context">What the fields depend on besides, [batch, context]; null for zeros.</param>
    /// <param name="stops">How many times, at least 2: the first at the base, the last at the data, spread evenly over the clocks.</param>
    /// <returns>The rows at each time, in data units; they belong to the caller's scope.</returns>
    /// <exception cref="ArgumentException">The flow has no continuous part.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer than two times.</exception>
    /// <exception cref="Solvers.OdeSolveException">A solve cannot go on.</exception>
    public static IReadOnlyList<FlowPathPoint> Of(IFlow flow, Tensor latent, Tensor? context, int stops)
    {
        ArgumentNullException.ThrowIfNull(flow);
        ArgumentNullException.ThrowIfNull(latent);
        ArgumentOutOfRangeException.ThrowIfLessThan(stops, 2);
        if (Continuous(flow) == 0)
        {
            throw new ArgumentException("The flow has no continuous part, so there is nothing between base and data.", nameof(flow));
        }

        var path = new FlowPath(flow, context, stops);
        path.Walk(flow, latent, rows => rows);
        return path._points;
    }

    private static int Continuous(IFlow flow) => flow switch
    {
        Cnf => 1,
        SequentialFlow chain => chain.Parts.Sum(Continuous),
        MultiscaleFlow scales => scales.Scales.Sum(Continuous),
        _ => 0,
    };

    /// <summary>Takes rows through a part.</summary>
    /// <param name="part">The part.</param>
    /// <param name="rows">Rows at its end of the base.</param>
    /// <param name="ahead">What closed-form parts make of rows behind it.</param>
    private Tensor Walk(IFlow part, Tensor rows, Func<Tensor, Tensor> ahead)
    {
        switch (part)
        {
            case Cnf cnf:
                return Walk(cnf, rows, ahead);
            case SequentialFlow chain:
                for (int i = chain.Parts.Count - 1; i >= 0; i--)
                {
                    int at = i;
                    rows = Walk(chain.Parts[i], rows, values => ahead(Skip(chain, values, at)));
                }

                return rows;
            case MultiscaleFlow scales:
                return scales.FromLast(rows, (scale, values) => Walk(scales.Scales[scale], values, reached =>
                    ahead(scales.FromLast(rows, (other, joined) => other > scale ? joined : other == scale ? reached : Skip(scales.Scales[other], joined)))));
            default:
                return part.Generate(rows, _context).Values;
        }
    }

    private Tensor Walk(Cnf cnf, Tensor rows, Func<Tensor, Tensor> ahead)
    {
        double first = cnf.Clock.BaseTime, length = cnf.Clock.DataTime - first;
        double TimeOf(double stop) => _blocks == 1 ? first + (length * stop) : stop;
        if (_block == 0)
        {
            _points.Add(new(TimeOf(0), ahead(rows)));
        }

        double[] shares = [.. _stops.Select(stop => stop - _block).Where(share => share is > 0 and <= 1)];
        double[] times = [first, .. shares.Where(share => share < 1).Select(share => first + (length * share)), cnf.Clock.DataTime];
        var states = cnf.Trajectory(rows, times, _context);
        for (int i = 0; i < shares.Length; i++)
        {
            _points.Add(new(TimeOf(_block + shares[i]), ahead(states[i + 1])));
        }

        _block++;
        return states[^1];
    }

    /// <summary>Rows as the closed-form parts of a flow map them to data.</summary>
    private Tensor Skip(IFlow flow, Tensor rows) => flow switch
    {
        Cnf => rows,
        SequentialFlow chain => Skip(chain, rows, chain.Parts.Count),
        MultiscaleFlow scales => scales.FromLast(rows, (scale, values) => Skip(scales.Scales[scale], values)),
        _ => flow.Generate(rows, _context).Values,
    };

    /// <summary>Rows as the closed-form ones of the first parts of a chain map them.</summary>
    private Tensor Skip(SequentialFlow chain, Tensor rows, int count) => chain.Parts.Take(count).Reverse().Aggregate(rows, (values, part) => Skip(part, values));
}
