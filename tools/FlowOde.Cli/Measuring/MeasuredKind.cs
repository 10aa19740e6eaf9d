using FlowOde.Cli.Settings;
using static TorchSharp.torch;

namespace FlowOde.Cli.Measuring;

/// <summary>What differs between the kinds of models whose gradients are measured: densities, and classifiers of each architecture.</summary>
internal abstract class MeasuredKind
{
    /// <summary>Settings that all points of a sweep have in common, and that change what is measured.</summary>
    public abstract IReadOnlyList<string> Common { get; }

    /// <summary>Settings that change what is measured, in which the curves of one sweep may differ.</summary>
    public virtual IReadOnlyList<string> Own => [];

    /// <summary>The settings without which no measurement can be made.</summary>
    public abstract IEnumerable<string> Needed { get; }

    /// <summary>The setting of the model's widths.</summary>
    public abstract string Width { get; }

    /// <summary>What the steps of a solve are called in tables and pictures.</summary>
    public abstract string StepsName { get; }

    /// <summary>The solver of every point, where it is not the user's choice; else null.</summary>
    public virtual string? OnlySolver => null;

    /// <summary>The gradient methods that are measured where none is asked for.</summary>
    public abstract IReadOnlyList<string> UsualMethods { get; }

    /// <summary>Whether the gradient method is the user's choice.</summary>
    public virtual bool ChoosesMethod => true;

    /// <summary>The kind that settings are of.</summary>
    public static MeasuredKind Of(SettingValues values) => values.Has("architecture") ? new ClassifierKind(values.Text("architecture")) : new FlowKind();

    /// <summary>The network in a few words, where a sweep may have several; null where it has one.</summary>
    public virtual string? Network(SettingValues values) => null;

    /// <summary>What a picture says of the settings, beside the type of numbers.</summary>
    public abstract string Detail(SettingValues values);

    /// <summary>Refuses a point that cannot be measured.</summary>
    /// <exception cref="Failures.UsageException">Steps or widths are impossible.</exception>
    public virtual void Check(MeasurementPoint point)
    {
    }

    /// <summary>What a point has of its own among the settings.</summary>
    public abstract SettingLayer Settings(MeasurementPoint point);

    /// <summary>The gradient of a job; belongs to the caller.</summary>
    public abstract ComparableGradient Open(MeasurementJob job, Device device);
}
