using System.Security.Cryptography;
using FlowOde.Cli.Failures;
using FlowOde.Cli.Runs;
using FlowOde.Cli.Settings;
using FlowOde.Cli.Training;

namespace FlowOde.Cli.Measuring;

/// <summary>The model whose gradient is measured: that of a run, or the one that <c>train</c> or <c>classify</c> would begin with for some data.</summary>
/// <param name="Run">The folder of the run, or null.</param>
/// <param name="Data">The data.</param>
/// <param name="Values">The whole effective settings; method, solver, steps and sizes are the points' own.</param>
/// <param name="Digest">Changes when the data or a run's parameters do.</param>
internal sealed record MeasurementSubject(string? Run, TrainingData Data, SettingValues Values, string Digest)
{
    /// <summary>What a run may say of its own gradient method's backward solve; other methods have none, and all are compared on equal steps.</summary>
    private static readonly string[] _ofBackwardSolves = ["adjoint-solver", "adjoint-rtol", "adjoint-atol"];

    /// <summary>A name for people and folders.</summary>
    public string Name => Path.GetFileNameWithoutExtension(Run is null ? Data.Name : Path.TrimEndingDirectorySeparator(Run));

    /// <summary>What kind of model it is.</summary>
    public MeasuredKind Kind => MeasuredKind.Of(Values);

    /// <summary>The network in a few words, where a sweep may have several; null where it has one.</summary>
    public string? Network => Kind.Network(Values);

    /// <summary>Finds which density an argument means and completes the settings.</summary>
    /// <param name="argument">A run, or data.</param>
    /// <param name="given">What the user said.</param>
    /// <param name="notice">Is told what was guessed.</param>
    /// <param name="threads">Threads where the user says nothing: what one needs can be compared between machines; null for as many as training takes.</param>
    /// <exception cref="UsageException">It means nothing, or the settings do not go with it.</exception>
    public static MeasurementSubject Open(string argument, SettingLayer given, Action<string> notice, int? threads = 1)
    {
        var machine = new SettingLayer("");
        if (threads is { } count)
        {
            machine.Add("threads", $"{count}");
        }

        return RunOrData.IsRun(argument) ? OfRun(RunFolder.Open(argument), machine, given) : OfData(argument, machine, given, notice);
    }

    private static MeasurementSubject OfData(string argument, SettingLayer machine, SettingLayer given, Action<string> notice)
    {
        var asked = SettingValues.Merge(given);
        var source = DataLoader.Open(argument, asked, notice);
        var early = SettingValues.Merge(TrainDefaults.For(DataFacts.Of(source), asked), given);
        var data = DataLoader.Prepare(source, argument, early);
        var values = SettingValues.Merge(TrainDefaults.For(DataFacts.Of(data), asked), machine, given);
        return new(null, data, values, data.Digest);
    }

    private static MeasurementSubject OfRun(RunFolder folder, SettingLayer machine, SettingLayer given)
    {
        if (SettingCatalog.Fixed.FirstOrDefault(given.Values.ContainsKey) is { } name)
        {
            throw new UsageException($"--{name} cannot be given with the run '{folder.Path}', whose model and data have it already; give data in place of a run to choose it.");
        }

        var saved = RunConfig.Read(folder);
        var data = DataLoader.Prepare(DataLoader.Open(saved.Data, saved.Values, _ => { }), saved.Data, saved.Values);
        return OfRun(folder, saved, data, data.Digest, machine, given, "train");
    }

    /// <summary>The model of a run.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="saved">Its configuration.</param>
    /// <param name="data">Its data.</param>
    /// <param name="digest">The digest of the data as they are now.</param>
    /// <param name="machine">What holds where neither the run nor the user says anything.</param>
    /// <param name="given">What the user said.</param>
    /// <param name="verb">The verb that made the run.</param>
    /// <exception cref="UsageException">The run has no model yet, or the data have changed.</exception>
    internal static MeasurementSubject OfRun(RunFolder folder, RunConfig saved, TrainingData data, string digest, SettingLayer machine, SettingLayer given, string verb)
    {
        if (!File.Exists(folder.Model))
        {
            throw new UsageException($"'{folder.Path}' has no model.safetensors yet: nothing was validated. `flowode {verb} --resume {folder.Path}` goes on training.");
        }

        saved.RequireData(digest, "measure data in place of the run");

        string model = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(folder.Model)));
        return new(folder.Path, data, SettingValues.Merge(saved.Values.ToLayer(_ofBackwardSolves), machine, given), $"{digest}+{model}");
    }
}
