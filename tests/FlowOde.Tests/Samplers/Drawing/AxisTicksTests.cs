using System.Globalization;
using FlowOde.Samplers.Drawing;
using FsCheck;
using FsCheck.Xunit;

namespace FlowOde.Tests.Samplers.Drawing;

public sealed class AxisTicksTests
{
    [Property(MaxTest = 300)]
    public void Nice_OnAnyLimits_CoversThemWithAtMostThatManyNiceSteps(NormalFloat centre, NormalFloat logSpan, PositiveInt count)
    {
        var span = Math.Pow(10, Math.Clamp(logSpan.Get, -250, 250) % 250);
        var middle = Math.Clamp(centre.Get % 100, -100, 100) * span;
        var limits = new DataLimits(middle - (span / 2), middle + (span / 2));
        var most = 2 + (count.Get % 12);

        var ticks = AxisTicks.Nice(limits, most);

        Assert.InRange(ticks.Values.Count, 1, most);
        var slack = 1e-8 * span;
        Assert.All(ticks.Values, value => Assert.InRange(value, limits.Minimum - slack, limits.Maximum + slack));
        Assert.True(ticks.Values[0] - ticks.Step < limits.Minimum + slack, "room for a tick below");
        Assert.True(ticks.Values[^1] + ticks.Step > limits.Maximum - slack, "room for a tick above");
        var mantissa = ticks.Step / Math.Pow(10, Math.Floor(Math.Log10(ticks.Step) + 1e-9));
        Assert.Contains([1, 2, 2.5, 5], nice => Math.Abs(mantissa - nice) < 1e-9 * nice);
    }

    [Property(MaxTest = 300)]
    public void Nice_OnAnyLimits_LabelsReadBackAsTheirValues(NormalFloat centre, NormalFloat logSpan)
    {
        var span = Math.Pow(10, logSpan.Get % 12);
        var middle = (centre.Get % 30) * span;
        var ticks = AxisTicks.Nice(new DataLimits(middle - (span / 2), middle + (span / 2)), 7);

        Assert.Equal(ticks.Labels.Count, ticks.Labels.Distinct().Count());
        Assert.All(ticks.Values.Zip(ticks.Labels), pair => Assert.InRange(Parse(pair.Second) - pair.First, -1e-9 * span, 1e-9 * span));
    }

    [Theory]
    [InlineData(-1, 1, 5, "", "−1.0 −0.5 0 0.5 1.0")]
    [InlineData(0, 0.3, 4, "", "0 0.1 0.2 0.3")]
    [InlineData(-180, 180, 4, "°", "−100° 0° 100°")]
    [InlineData(0, 3e6, 4, "", "0 1×10⁶ 2×10⁶ 3×10⁶")]
    [InlineData(0, 5e-4, 3, "", "0 2×10⁻⁴ 4×10⁻⁴")]
    [InlineData(2000, 2020, 5, "", "2000 2005 2010 2015 2020")]
    [InlineData(-1e300, 1e300, 3, "", "−1×10³⁰⁰ 0 1×10³⁰⁰")]
    public void Nice_OnKnownLimits_WritesAsAPersonWould(double minimum, double maximum, int count, string suffix, string expected)
    {
        Assert.Equal(expected, string.Join(' ', AxisTicks.Nice(new DataLimits(minimum, maximum), count, suffix).Labels));
    }

    [Theory]
    [InlineData(-0.5, 0.5)]
    [InlineData(0, 7)]
    [InlineData(0, 123456)]
    public void Nice_WithAUnit_FallsOnWholeMultiplesOfIt(double minimum, double maximum)
    {
        var ticks = AxisTicks.Nice(new DataLimits(minimum, maximum), 9, unit: 1);

        Assert.NotEmpty(ticks.Values);
        Assert.All(ticks.Values, value => Assert.Equal(Math.Round(value), value));
    }

    [Fact]
    public void Nice_WithFewerThanTwoTicks_Throws() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => AxisTicks.Nice(new DataLimits(0, 1), 1));

    private static double Parse(string label)
    {
        var parts = label.Replace('−', '-').Split("×10");
        var power = parts.Length == 1 ? "0" : string.Concat(parts[1].Select(c => "⁰¹²³⁴⁵⁶⁷⁸⁹".IndexOf(c, StringComparison.Ordinal) is var digit and >= 0 ? (char)('0' + digit) : '-'));
        return double.Parse($"{parts[0]}e{power}", CultureInfo.InvariantCulture);
    }
}
