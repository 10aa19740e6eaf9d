using FlowOde.Cli.Failures;
using FlowOde.Cli.Settings;
using FlowOde.Solvers.StepSizeControllers;

namespace FlowOde.Tests.Cli.Settings;

/// <summary>What the options of the step size control come to.</summary>
public class ControllerSettingsTests
{
    [Fact]
    public void Controller_WithoutOptions_IsTheElementaryOneWithoutBounds()
    {
        var controller = Read();
        Assert.Equal((PidCoefficients.I, StepLimiter.Clip, 0, double.PositiveInfinity), (controller.Coefficients, controller.Limiter, controller.MinStep, controller.MaxStep));
    }

    [Fact]
    public void Controller_OfEveryName_HasCoefficientsOfItsOwn() =>
        Assert.Equal(ControllerCatalog.Names.Count(), ControllerCatalog.Names.Select(name => Read($"controller={name}").Coefficients).Distinct().Count());

    [Theory]
    [InlineData("limiter=smooth")]
    [InlineData("min-step=0.01")]
    [InlineData("max-step=0.2")]
    public void Controller_WithAnOption_ChangesThatAlone(string setting)
    {
        var (usual, changed) = (Read(), Read(setting));
        Assert.NotEqual(usual, changed);
        Assert.Equal(usual, setting.Split('=')[0] switch
        {
            "limiter" => changed with { Limiter = usual.Limiter },
            "min-step" => changed with { MinStep = usual.MinStep },
            _ => changed with { MaxStep = usual.MaxStep },
        });
        Assert.Contains(setting.Split('=')[1], $"{changed.Limiter.Name} {changed.MinStep} {changed.MaxStep}", StringComparison.Ordinal);
    }

    [Fact]
    public void Controller_WithBoundsThatContradictEachOther_NamesBothOptions()
    {
        string message = Assert.Throws<UsageException>(() => Read("min-step=0.3", "max-step=0.2")).Message;
        Assert.Contains("--min-step 0.3", message, StringComparison.Ordinal);
        Assert.Contains("--max-step 0.2", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("doubled-kutta3", null)]
    [InlineData("coupled-midpoint", null)]
    [InlineData("doubled-dopri8", "order 8")]
    [InlineData("doubled-reversible-heun", null)]
    [InlineData("doubled-leapfrog", "second-order")]
    [InlineData("doubled-adams-moulton3", "Use adams")]
    [InlineData("doubled-nothing", "not known")]
    [InlineData("leapfrog", "second-order")]
    public void ProblemOf_ASolver_KnowsThoseThatAreMadeOfOthers(string name, string? problem)
    {
        if (problem is null)
        {
            Assert.Null(SolveSettings.ProblemOf(name));
        }
        else
        {
            Assert.Contains(problem, SolveSettings.ProblemOf(name), StringComparison.Ordinal);
        }
    }

    private static PidController Read(params string[] settings)
    {
        var layer = new SettingLayer("");
        foreach (string[] setting in settings.Select(text => text.Split('=')))
        {
            layer.Add(setting[0], setting[1]);
        }

        var values = SettingValues.Merge(TrainDefaults.For(new(2, null, false), SettingValues.Merge()), layer);
        return Assert.IsType<PidController>(SolveSettings.ForTraining(values).Controller);
    }
}
