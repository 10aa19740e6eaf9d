using FlowOde.Cli.Classifying;
using FlowOde.Cli.Failures;
using FlowOde.Cli.Runs;
using FlowOde.Cli.Settings;
using FlowOde.Flows.Classification.Chains;

namespace FlowOde.Cli.Measuring;

/// <summary>Classifiers whose gradients are measured: that of a run, or those that <c>classify</c> would begin with for some data, one of each architecture.</summary>
internal static class ClassifierSubjects
{
    // One state of a batch of digits is then a megabyte, and what a gradient keeps stands out against the noise of a megabyte or two.
    private const int Batch = 512;

    /// <summary>The classifiers of some data.</summary>
    /// <param name="argument">The data.</param>
    /// <param name="architectures">The architectures.</param>
    /// <param name="given">What the user said; what says nothing about one of several architectures is left out for that one.</param>
    /// <param name="notice">Is told what was guessed.</param>
    /// <exception cref="UsageException">The data have no classes, or the settings say nothing about any of the classifiers.</exception>
    public static IReadOnlyList<MeasurementSubject> OfData(string argument, IReadOnlyList<Architecture> architectures, SettingLayer given, Action<string> notice)
    {
        RunOrData.RequireData(argument);
        var asked = SettingValues.Merge(given);
        var data = ClassifierData.Load(argument, asked, image => SettingValues.Merge(ClassifierDefaults.For(image, null, asked), given), notice);
        return [.. architectures.Select(Subject)];

        MeasurementSubject Subject(Architecture architecture)
        {
            var own = ClassifierSettings.LayerOf(asked, architecture, architectures);
            var askedOfThis = SettingValues.Merge(own);
            int rows = data.Rows.TrainRows ?? Batch;
            var values = SettingValues.Merge(ClassifierDefaults.For(data.Rows.Image, rows, askedOfThis), new SettingLayer("").Add("threads", "1").Add("batch", $"{Math.Min(Batch, rows)}"), own);
            ClassifierSettings.RefuseIdle(askedOfThis, values, data.Rows.Image);
            return new(null, data.Rows, values, data.Digest);
        }
    }

    /// <summary>The classifier of a run.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="given">What the user said.</param>
    /// <exception cref="UsageException">Its number of steps cannot be varied, it has no model yet, or the settings do not go with it.</exception>
    public static MeasurementSubject OfRun(RunFolder folder, SettingLayer given)
    {
        if (given.Values.Keys.FirstOrDefault(name => SettingCatalog.Fixed.Contains(name) || ClassifierCatalog.All.Any(setting => setting.Name == name)) is { } fixedName)
        {
            throw new UsageException($"--{fixedName} cannot be given with the run '{folder.Path}', whose model and data have it already; give data in place of a run to choose it.");
        }

        var saved = RunConfig.ReadClassifier(folder);
        var architecture = KnownArchitectures.Named(saved.Values.Text("architecture"));
        if (!architecture.ChoosesSteps && (!saved.Values.Flag("shared") || architecture.HasCoefficients))
        {
            throw new UsageException($"'{folder.Path}' has weights of its own for each step of {architecture.Name}, so that their number cannot be varied; give data and --architecture {architecture.Name} in place of the run.");
        }

        var data = ClassifierData.Load(saved.Data, saved.Values, _ => saved.Values, _ => { });
        return MeasurementSubject.OfRun(folder, saved, data.Rows, data.Digest, new SettingLayer("").Add("threads", "1"), given, "classify");
    }
}
