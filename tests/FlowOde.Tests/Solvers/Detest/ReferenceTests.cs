using FlowOde.Cli.Precision;
using FlowOde.Cli.TestProblems;
using FlowOde.Solvers.Steppers;

namespace FlowOde.Tests.Solvers.Detest;

/// <summary>The reference solutions of the known problems, by closed forms and by a second method.</summary>
public class ReferenceTests
{
    private static readonly Dictionary<string, double[]> _closedForms = new()
    {
        ["a1"] = [Math.Exp(-20)],
        ["a2"] = [1 / Math.Sqrt(21)],
        ["a3"] = [Math.Exp(Math.Sin(20))],
        ["a4"] = [20 / (1 + (19 * Math.Exp(-5)))],
        ["d1"] = Orbit(0.1),
        ["d2"] = Orbit(0.3),
        ["d3"] = Orbit(0.5),
        ["d4"] = Orbit(0.7),
        ["d5"] = Orbit(0.9),
        ["e1"] = [Math.Sqrt(2 / (Math.PI * 21)) * Math.Sin(21), Math.Sqrt(2 / (Math.PI * 21)) * (Math.Cos(21) - (Math.Sin(21) / 42))],
        ["e4"] = [30 + (Math.Log(Math.Cosh(8 * Math.Sqrt(0.08))) / 0.4), Math.Sqrt(0.08) * Math.Tanh(8 * Math.Sqrt(0.08))],
        ["e5"] = [(25 * Math.Log(5) / 2) - 6, (5 - 0.2) / 2],
    };

    public static TheoryData<string> WithClosedForm => [.. _closedForms.Keys];

    public static TheoryData<string> NonStiff => [.. KnownProblems.All.Where(problem => !problem.IsStiff).Select(problem => problem.Name)];

    public static TheoryData<string> Stiff => [.. KnownProblems.All.Where(problem => problem.IsStiff).Select(problem => problem.Name)];

    [Theory]
    [MemberData(nameof(WithClosedForm))]
    public void Reference_WithAClosedForm_EqualsIt(string name) =>
        Assert.InRange(KnownProblems.Find(name).Error(_closedForms[name]), 0, 1e-12);

    /// <summary>The references were made from a second writing of the equations, by another method: that both agree says that neither has a slip.</summary>
    [Theory]
    [MemberData(nameof(NonStiff))]
    public void Solve_WithDopri8_ReachesTheReference(string name)
    {
        var problem = KnownProblems.Find(name);
        Assert.InRange(problem.SolutionIsKnownTo, 0, name == "arenstorf" ? 1e-9 : 1e-12);
        double error = PrecisionSolve.Run(problem, StepperCatalog.Find("dopri8")!, 1e-13).Error ?? double.NaN;
        Assert.InRange(error, 0, name == "arenstorf" ? 1e-6 : 1e-10); // Arenstorf's orbit makes 1e5 of an error and more
    }

    [Theory]
    [MemberData(nameof(Stiff))]
    public void Solve_WithRadau5_ReachesTheReference(string name) =>
        Assert.InRange(PrecisionSolve.Run(KnownProblems.Find(name), StepperCatalog.Find("radau5")!, 1e-9).Error ?? double.NaN, 0, 1e-7);

    [Fact]
    public void Names_OfKnownProblems_AreDistinct() => Assert.Distinct(KnownProblems.All.Select(problem => problem.Name));

    /// <summary>Kepler's equation E − e sin E = 20 by Newton's iteration; the places and velocities of the ellipse.</summary>
    private static double[] Orbit(double eccentricity)
    {
        double anomaly = 20, axis = Math.Sqrt(1 - (eccentricity * eccentricity));
        for (int i = 0; i < 50; i++)
        {
            anomaly -= (anomaly - (eccentricity * Math.Sin(anomaly)) - 20) / (1 - (eccentricity * Math.Cos(anomaly)));
        }

        double rate = 1 / (1 - (eccentricity * Math.Cos(anomaly)));
        return [Math.Cos(anomaly) - eccentricity, axis * Math.Sin(anomaly), -Math.Sin(anomaly) * rate, axis * Math.Cos(anomaly) * rate];
    }
}
