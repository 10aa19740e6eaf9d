using FlowOde.Cli.Failures;
using FlowOde.Cli.Settings;
using FlowOde.Flows.TraceEstimators;

namespace FlowOde.Tests.Cli.Settings;

/// <summary>What the options of solves that cannot go on, and of rows with steps of their own, come to.</summary>
public class StiffSettingsTests
{
    [Theory]
    [InlineData(false, null)]
    [InlineData(true, null, "per-sample=true")]
    [InlineData(false, "radau5", "on-stiff=implicit")]
    [InlineData(false, null, "on-stiff=fail")]
    [InlineData(true, "radau5", "on-stiff=implicit", "per-sample=true")]
    [InlineData(true, null, "per-sample=true", "solver=kvaerno5", "adjoint=backsolve")]
    public void ForTraining_WithAChoice_HasIt(bool isPerRow, string? fallback, params string[] choices)
    {
        var training = SolveSettings.ForTraining(Values(choices));
        var scoring = SolveSettings.ForScoring(Values(choices), 1e-6, new ExactTrace(), CancellationToken.None);
        Assert.Equal((isPerRow, fallback), (training.IsPerRow, training.StiffFallback?.Name));
        Assert.Equal((isPerRow, fallback), (scoring.IsPerRow, scoring.StiffFallback?.Name));
    }

    [Theory]
    [InlineData("symplectic", "on-stiff=implicit", "adjoint=symplectic")]
    [InlineData("flowode score", "on-stiff=partial")]
    public void ForTraining_WithChoicesThatDoNotGo_NamesThem(string named, params string[] choices) =>
        Assert.Contains(named, Assert.Throws<UsageException>(() => SolveSettings.ForTraining(Values(choices))).Message, StringComparison.Ordinal);

    private static SettingValues Values(params string[] choices)
    {
        var layer = new SettingLayer("").Add("solver", "dopri5").Add("rtol", "0.001").Add("atol", "0.001").Add("error-norm", "segment").Add("max-steps", "1000").Add("adjoint", "auto").Add("adjoint-memory", "512MB").Add("trace", "exact").Add("probes", "1").Add("probe-distribution", "rademacher").Add("dtype", "float32");
        var asked = new SettingLayer("");
        foreach (string[] parts in choices.Select(choice => choice.Split('=')))
        {
            asked.Add(parts[0], parts[1]);
        }

        return SettingValues.Merge(layer, asked);
    }

    /// <summary>What is about common steps that adapt says nothing where there are none.</summary>
    [Theory]
    [InlineData("--per-sample", "warm-start=on", "per-sample=true")]
    [InlineData("--per-sample", "error-norm=row", "per-sample=true")]
    [InlineData("--steps", "warm-start=on", "steps=3")]
    public void RefuseIdle_OfChoicesAboutStepsThatAreNotMade_NamesBoth(string other, params string[] words)
    {
        var layer = new SettingLayer("");
        Array.ForEach(words, word => layer.Add(word.Split('=')[0], word.Split('=')[1]));
        string message = Assert.Throws<UsageException>(() => ObjectiveSettings.RefuseIdle(SettingValues.Merge(layer), ObjectiveSettings.Likelihood)).Message;
        Assert.Contains(other, message, StringComparison.Ordinal);
        Assert.Contains(words[0].Split('=')[0], message, StringComparison.Ordinal);
    }
}
