using FlowOde.Cli.Failures;
using FlowOde.Cli.Settings;
using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Steppers;

namespace FlowOde.Tests.Cli.Settings;

public class AdjointSettingsTests
{
    [Fact]
    public void For_OfEveryPair_GivesTheMethodOrNamesWhatWorks()
    {
        foreach (var adjoint in AdjointCatalog.All)
        {
            foreach (var stepper in StepperCatalog.All)
            {
                if (adjoint.Supports(stepper, out _))
                {
                    Assert.Equal(adjoint.Name, AdjointSettings.For(adjoint.Name, stepper, "--adjoint").Name);
                }
                else
                {
                    string message = Assert.Throws<UsageException>(() => AdjointSettings.For(adjoint.Name, stepper, "--adjoint")).Message;
                    Assert.Contains(adjoint.Name, message, StringComparison.Ordinal);
                    Assert.Contains(stepper.Name, message, StringComparison.Ordinal);
                }
            }
        }
    }

    [Theory]
    [InlineData("auto", true)]
    [InlineData("binomial:5", true)]
    [InlineData("binomial:0", false)]
    [InlineData("checkpointed:2147483648", false)]
    [InlineData("auto:3", false)]
    [InlineData("", false)]
    [InlineData(":", false)]
    public void Problem_OfAText_IsNullWhereItNamesAMethod(string text, bool isMethod) => Assert.Equal(isMethod, AdjointSettings.Problem(text) is null);

    [Theory]
    [InlineData("adjoint=binomial:5", "binomial:5")]
    [InlineData("adjoint=checkpointed:4", "checkpointed:4")]
    [InlineData("adjoint=symplectic", "symplectic")]
    public void ForTraining_OfAMethod_HasItWithItsNumber(string setting, string name) =>
        Assert.Equal(name, SolveSettings.ForTraining(SettingValues.Merge(TrainDefaults.For(new(2, null, false), SettingValues.Merge()), new SettingLayer("").Add(setting.Split('=')[0], setting.Split('=')[1]))).Adjoint.Name);

    /// <summary>What nobody chose goes with the solver that somebody did choose.</summary>
    [Theory]
    [InlineData("dopri5", "auto")]
    [InlineData("radau5", "auto")]
    [InlineData("adams", "backsolve")]
    [InlineData("bdf:3", "backsolve")]
    [InlineData("auto-switch", "backsolve")]
    [InlineData("adams-moulton3", "backsolve")]
    public void Defaults_OfASolver_TakeAGradientMethodThatGoesWithIt(string solver, string name)
    {
        var asked = new SettingLayer("").Add("solver", solver);
        var values = SettingValues.Merge(TrainDefaults.For(new(2, null, false), SettingValues.Merge(asked)), asked);
        Assert.Equal(name, values.Text("adjoint"));
        Assert.Equal(name, ClassifierDefaults.For(null, null, SettingValues.Merge(asked)).Values["adjoint"].Single());
        if (StepperCatalog.Find(solver)!.EmbeddedOrder > 0)
        {
            Assert.Equal(name, SolveSettings.ForTraining(values).Adjoint.Name);
        }
    }
}
