using System.Globalization;

namespace FlowOde.Samplers.Drawing;

/// <summary>Tick positions at multiples of 1, 2, 2.5 or 5 times a power of ten, with labels of as few digits as tell them apart.</summary>
public sealed record AxisTicks
{
    private static readonly double[] _mantissas = [1, 2, 2.5, 5];
    private const double FewDecades = 1.6; // fewer than these have as many ticks above a power of ten as below
    private const double PartOfADecade = 0.5;
    private static readonly double[][] _logarithmic = [[1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 2, 5], [1, 3], [1]];
    private static readonly double[] _ofFewDecades = [1, 1.5, 2, 3, 4, 6, 8];

    private AxisTicks(double step, double[] values, string[] labels)
    {
        Step = step;
        Values = values;
        Labels = labels;
    }

    /// <summary>Distance between neighbouring ticks, in data units.</summary>
    public double Step { get; }

    /// <summary>Tick positions in data units, ascending, all within the limits.</summary>
    public IReadOnlyList<double> Values { get; }

    /// <summary>One label for each value; with a true minus sign, and as a multiple of a power of ten from 10⁶ up and below 10⁻³.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>The finest nice ticks of which no more than <paramref name="maximumCount"/> fall within <paramref name="limits"/>.</summary>
    /// <param name="limits">The interval shown, in data units.</param>
    /// <param name="maximumCount">The greatest number of ticks, 2 or more.</param>
    /// <param name="suffix">A unit put behind each label, such as "°".</param>
    /// <param name="unit">Ticks fall on whole multiples of this only, as 1 for a count; 0 for any number.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maximumCount"/> is less than 2, or <paramref name="unit"/> negative.</exception>
    public static AxisTicks Nice(DataLimits limits, int maximumCount, string suffix = "", double unit = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maximumCount, 2);
        ArgumentNullException.ThrowIfNull(suffix);
        ArgumentOutOfRangeException.ThrowIfNegative(unit);
        var exponent = (int)Math.Floor(Math.Log10(limits.Span / maximumCount)) - 1;
        for (; ; exponent++)
        {
            foreach (var mantissa in _mantissas)
            {
                var (first, last) = Multiples(limits, mantissa, exponent);
                if (last - first < maximumCount && (unit == 0 || Scale(mantissa, exponent) % unit == 0))
                {
                    return Make(first, last, mantissa, exponent, suffix);
                }
            }
        }
    }

    /// <summary>Ticks at whole numbers, whatever lies between them.</summary>
    /// <param name="values">The numbers, ascending.</param>
    public static AxisTicks At(IReadOnlyList<int> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        double step = values.Zip(values.Skip(1), (a, b) => (double)b - a).DefaultIfEmpty(double.PositiveInfinity).Min();
        return new(step, [.. values.Select(value => (double)value)], [.. values.Select(value => value.ToString("N0", CultureInfo.InvariantCulture))]);
    }

    /// <summary>The finest ticks on a logarithmic axis of which no more than <paramref name="maximumCount"/> fall within <paramref name="limits"/>:
    /// powers of ten times 1 to 9, of a few decades in place of that times 1, 1.5, 2, 3, 4, 6 and 8, times 1, 2 and 5, times 1 and 3, the powers alone, or every few of them.</summary>
    /// <param name="limits">The interval shown, as decimal logarithms.</param>
    /// <param name="maximumCount">The greatest number of ticks, 2 or more.</param>
    /// <param name="suffix">A unit put behind each label.</param>
    /// <returns>Ticks whose <see cref="Values"/> are decimal logarithms, labelled with the numbers themselves; <see cref="Step"/> is the least distance of two.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maximumCount"/> is less than 2.</exception>
    public static AxisTicks Logarithmic(DataLimits limits, int maximumCount, string suffix = "")
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maximumCount, 2);
        ArgumentNullException.ThrowIfNull(suffix);
        var mantissasTried = limits.Span is >= PartOfADecade and < FewDecades ? [_ofFewDecades, .. _logarithmic[1..]] : _logarithmic;
        var choices = mantissasTried.Select(mantissas => (Mantissas: mantissas, Every: 1)).Concat(Enumerable.Range(2, 700).Select(every => (Mantissas: _logarithmic[^1], Every: every)));
        var ticks = choices.Select(choice => Powers(limits, choice.Mantissas, choice.Every)).First(fitting => fitting.Length <= maximumCount);
        var step = ticks.Zip(ticks.Skip(1), (a, b) => b.Value - a.Value).DefaultIfEmpty(limits.Span).Min();
        return new(step, [.. ticks.Select(tick => tick.Value)], [.. ticks.Select(tick => Number(tick.Mantissa, tick.Exponent) + suffix)]);
    }

    private static string Number(double mantissa, int exponent) => exponent is >= -3 and < 6
        ? (mantissa * Math.Pow(10, exponent)).ToString($"N{Math.Max(0, (mantissa == 1.5 ? 1 : 0) - exponent)}", CultureInfo.InvariantCulture)
        : $"{(mantissa == 1 ? "" : $"{mantissa}×")}10{Superscript(exponent)}";

    private static (double Value, double Mantissa, int Exponent)[] Powers(DataLimits limits, double[] mantissas, int every)
    {
        var first = (int)Math.Floor(Math.Max(limits.Minimum, -308));
        var last = (int)Math.Floor(Math.Min(limits.Maximum, 308));
        return [.. from exponent in Enumerable.Range(first, last - first + 1)
                   where exponent % every == 0
                   from mantissa in mantissas
                   let value = exponent + Math.Log10(mantissa)
                   where limits.Contains(value)
                   select (value, mantissa, exponent)];
    }

    private static (double First, double Last) Multiples(DataLimits limits, double mantissa, int exponent)
    {
        // The slack lets a limit such as 0.3, not a multiple of 0.1 in binary, carry its tick.
        var slack = 1e-9 * limits.Span;
        var first = Math.Ceiling(Scale((limits.Minimum - slack) / mantissa, -exponent));
        var last = Math.Floor(Scale((limits.Maximum + slack) / mantissa, -exponent));
        return (first, last);
    }

    private static AxisTicks Make(double first, double last, double mantissa, int exponent, string suffix)
    {
        var values = new double[(int)(last - first) + 1];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = Scale((first + i) * mantissa, exponent) + 0.0;
        }

        var largest = values.Length == 0 ? 0 : Math.Max(Math.Abs(values[0]), Math.Abs(values[^1]));
        var isScientific = largest is >= 1e6 or (> 0 and < 1e-3);
        var power = isScientific ? (int)Math.Floor(Math.Log10(largest) + 1e-9) : 0;
        var digits = Math.Max(0, power - exponent + (mantissa == 2.5 ? 1 : 0));
        var labels = Array.ConvertAll(values, value => Label(value, power, digits) + suffix);
        return new AxisTicks(Scale(mantissa, exponent), values, labels);
    }

    private static string Label(double value, int power, int digits)
    {
        if (value == 0)
        {
            return "0";
        }

        var number = Scale(Math.Abs(value), -power).ToString("F" + Math.Min(digits, 15), CultureInfo.InvariantCulture);
        var sign = value < 0 ? "−" : "";
        return power == 0 ? sign + number : $"{sign}{number}×10{Superscript(power)}";
    }

    private static string Superscript(int power) => string.Concat(power.ToString(CultureInfo.InvariantCulture).Select(c => c switch
    {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        _ => (char)('⁰' + (c - '0')),
    }));

    // Dividing by 10ⁿ is exact where multiplying by 10⁻ⁿ is not, so 3 steps of 0.1 read 0.3; far powers go in two halves to stay finite.
    private static double Scale(double value, int power) => power switch
    {
        > 300 => value * 1e300 * Math.Pow(10, power - 300),
        >= 0 => value * Math.Pow(10, power),
        >= -300 => value / Math.Pow(10, -power),
        _ => value / 1e300 / Math.Pow(10, -power - 300),
    };
}
