using FlowOde.Flows.Training.Schedules;

namespace FlowOde.Tests.Flows.Training.Schedules;

public sealed class LearningRateSchedulesTests
{
    private const double BaseRate = 0.02;
    private const long Total = 10_000;

    public static TheoryData<string> Names => [.. LearningRateSchedules.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Rate_FromStartToEnd_BeginsAtTheBaseRateAndNeverRises(string name)
    {
        var schedule = LearningRateSchedules.Named(name, BaseRate);
        Assert.Equal(BaseRate, schedule.Rate(0, 0));
        var rates = Rates(schedule);
        Assert.All(rates, rate => Assert.InRange(rate, 0, BaseRate));
        Assert.All(Enumerable.Range(1, rates.Length - 1), i => Assert.True(rates[i] <= rates[i - 1], $"Rises to {rates[i]} at step {i}."));
    }

    [Theory]
    [InlineData("constant", 1)]
    [InlineData("linear", 0)]
    [InlineData("cosine", 0.01)]
    [InlineData("step", 1e-3)]
    [InlineData("inverse-sqrt", 0.30151134457776363)] // 1/√11
    public void Rate_AtTheEnd_IsItsFinalShare(string name, double share)
    {
        Assert.Equal(BaseRate * share, LearningRateSchedules.Named(name, BaseRate).Rate(1, Total), 1e-16);
    }

    [Theory]
    [InlineData("constant", 0)]
    [InlineData("linear", 1)]
    [InlineData("cosine", Math.PI / 2)]
    [InlineData("inverse-sqrt", Total / 2000.0)]
    public void Rate_BetweenNeighbouringSteps_ChangesByNoMoreThanItsSlope(string name, double steepest)
    {
        var rates = Rates(LearningRateSchedules.Named(name, BaseRate));
        var largest = rates.Zip(rates.Skip(1), (a, b) => Math.Abs(a - b)).Max();
        Assert.InRange(largest, 0, (steepest * BaseRate / Total) + 1e-17);
    }

    [Fact]
    public void Rate_Halfway_IsTheMeanOfTheEnds()
    {
        Assert.Equal(0.55, new LinearDecay { BaseRate = 1, FinalFraction = 0.1 }.Rate(0.5, 1), 1e-15);
        Assert.Equal(0.55, new CosineDecay { BaseRate = 1, FinalFraction = 0.1 }.Rate(0.5, 1), 1e-15);
    }

    [Fact]
    public void StepDecay_AroundAMilestone_DropsExactlyThere()
    {
        var schedule = new StepDecay { BaseRate = 1, Drop = 0.5, Milestones = [0.25, 0.5] };
        double[] found = [.. new[] { 0, Math.BitDecrement(0.25), 0.25, Math.BitDecrement(0.5), 0.5, 1 }.Select(p => schedule.Rate(p, 7))];
        Assert.Equal([1, 1, 0.5, 0.5, 0.25, 0.25], found);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Named_WithWarmUp_RisesToTheScheduleAndThenFollowsIt(string name)
    {
        const long warmUp = 200;
        var plain = LearningRateSchedules.Named(name, BaseRate);
        var warmed = LearningRateSchedules.Named(name, BaseRate, warmUp);
        var (followed, rates) = (Rates(plain), Rates(warmed));
        Assert.Equal(BaseRate / warmUp, rates[0], 1e-17);
        Assert.All(Enumerable.Range(1, (int)warmUp - 1), i => Assert.True(rates[i] > rates[i - 1] && rates[i] <= followed[i]));
        Assert.Equal(followed[(int)(warmUp - 1)..], rates[(int)(warmUp - 1)..]);
    }

    [Fact]
    public void Named_WithAnUnknownName_ListsTheKnownOnes()
    {
        var message = Assert.Throws<ArgumentException>(() => LearningRateSchedules.Named("cosin", BaseRate)).Message;
        Assert.All(LearningRateSchedules.Names, name => Assert.Contains(name, message, StringComparison.Ordinal));
        Assert.Contains("'cosin'", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Schedules_OutsideTheirRanges_SaySo()
    {
        var schedule = new CosineDecay();
        Assert.Throws<ArgumentOutOfRangeException>("progress", () => schedule.Rate(1.001, 1));
        Assert.Throws<ArgumentOutOfRangeException>("progress", () => schedule.Rate(double.NaN, 1));
        Assert.Throws<ArgumentOutOfRangeException>("step", () => schedule.Rate(0.5, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ConstantRate { BaseRate = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => schedule with { FinalFraction = 1.5 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new InverseSquareRoot { ScaleSteps = 0 });
        Assert.Throws<ArgumentException>(() => new StepDecay { Milestones = [0.5, 0.5] });
        Assert.Throws<ArgumentOutOfRangeException>(() => LearningRateSchedules.Named("linear", BaseRate, -1));
    }

    private static double[] Rates(ILearningRateSchedule schedule) =>
        [.. Enumerable.Range(0, (int)Total + 1).Select(step => schedule.Rate(step / (double)Total, step))];
}
