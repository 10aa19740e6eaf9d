using FlowOde.Cli.Settings;
using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.StepSizeControllers;

namespace FlowOde.Tests.Cli.Settings;

/// <summary>What the options of the backward solve come to.</summary>
public class BackwardSolveSettingsTests
{
    [Fact]
    public void Apply_WithoutOptions_LeavesTheForwardSolvesMethodAndController()
    {
        var adjoint = Read("adjoint=backsolve");
        Assert.Same(AdjointCatalog.Find("backsolve"), adjoint);
    }

    [Fact]
    public void Apply_WithEveryOption_SetsMethodAndTolerances()
    {
        var adjoint = Read("adjoint=interpolated", "adjoint-solver=bosh3", "adjoint-rtol=1e-4", "adjoint-atol=1e-5", "controller=pi42");
        Assert.Equal("interpolated", adjoint.Name);
        Assert.Equal("bosh3", adjoint.Stepper!.Name);
        var controller = Assert.IsType<PidController>(adjoint.Controller);
        Assert.Equal(new Tolerances(1e-4, 1e-5), controller.Tolerances);
        Assert.Equal(PidCoefficients.Pi42, controller.Coefficients);
    }

    [Fact]
    public void Apply_WithOneTolerance_TakesTheOtherFromTheForwardSolve()
    {
        Assert.Equal(new Tolerances(1e-5, 3e-3), Read("adjoint=backsolve", "adjoint-rtol=1e-5", "atol=3e-3").Controller!.Tolerances);
        Assert.Equal(new Tolerances(2e-3, 1e-5), Read("adjoint=backsolve-full", "adjoint-atol=1e-5", "rtol=2e-3").Controller!.Tolerances);
        Assert.Null(Read("adjoint=backsolve", "adjoint-rtol=1e-5").Stepper);
    }

    [Fact]
    public void Apply_BehindConstantSteps_AdaptsWhereTolerancesAreGiven()
    {
        Assert.Equal(new Tolerances(1e-4, 1e-5), Read("steps=8", "adjoint=backsolve", "adjoint-rtol=1e-4", "adjoint-atol=1e-5").Controller!.Tolerances);
        Assert.Equal(new Tolerances(1e-4, 1e-5), Read("solver=rk4", "steps=8", "adjoint=backsolve", "adjoint-solver=dopri5", "adjoint-rtol=1e-4", "adjoint-atol=1e-5").Controller!.Tolerances);
        var constant = Read("steps=8", "adjoint=backsolve", "adjoint-solver=rk4");
        Assert.Equal(("rk4", null), (constant.Stepper!.Name, constant.Controller));
    }

    private static ContinuousAdjoint Read(params string[] settings)
    {
        var layer = new SettingLayer("");
        foreach (string[] setting in settings.Select(text => text.Split('=')))
        {
            layer.Add(setting[0], setting[1]);
        }

        var values = SettingValues.Merge(TrainDefaults.For(new(2, null, false), SettingValues.Merge()), layer);
        return Assert.IsAssignableFrom<ContinuousAdjoint>(SolveSettings.ForTraining(values).Adjoint);
    }
}
