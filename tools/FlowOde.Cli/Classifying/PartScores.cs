using FlowOde.Flows.Training;
using FlowOde.Samplers.Quality;
using FlowOde.Samplers.Scoring;

namespace FlowOde.Cli.Classifying;

/// <summary>What a classifier said of rows, against what they are.</summary>
/// <param name="Probabilities">The probabilities of the classes, [rows, classes] row by row.</param>
/// <param name="Evaluations">Evaluations of the fields for each row.</param>
/// <param name="Labels">The class of each row, −1 for none; empty where none has one.</param>
/// <param name="Classes">Number of classes.</param>
internal sealed record PartScores(double[] Probabilities, int[] Evaluations, int[] Labels, int Classes)
{
    private const double Least = 1e-300;

    /// <summary>The most likely class of each row.</summary>
    public int[] Predicted { get; } = [.. Enumerable.Range(0, Probabilities.Length / Classes).Select(row =>
    {
        var of = Probabilities.AsSpan(row * Classes, Classes);
        int best = 0;
        for (int i = 1; i < of.Length; i++)
        {
            best = of[i] > of[best] ? i : best;
        }

        return best;
    })];

    /// <summary>Number of rows.</summary>
    public int Rows => Predicted.Length;

    /// <summary>Rows whose class is known, and one of the classifier's.</summary>
    public int[] Labelled => Labels.Length == 0 ? [] : [.. Enumerable.Range(0, Rows).Where(row => Labels[row] >= 0)];

    /// <summary>The share of rows with a class that are recognised.</summary>
    public Proportion Accuracy => new(Labelled.Count(row => Predicted[row] == Labels[row]), Labelled.Length);

    /// <summary>Mean −log p of the true class, in nats.</summary>
    public MeanScore CrossEntropy => MeanScore.Of([.. Labelled.Select(row => -Math.Log(Math.Max(Least, Probabilities[(row * Classes) + Labels[row]])))]);

    /// <summary>The same for a trainer.</summary>
    public ValidationResult Validation => new(CrossEntropy.Mean, CrossEntropy.StandardError);

    /// <summary>Mean evaluations of a row.</summary>
    public double MeanEvaluations => Evaluations.Average();

    /// <summary>Numbers of rows by true and by predicted class.</summary>
    public int[][] Confusion()
    {
        int[][] counts = [.. Enumerable.Range(0, Classes).Select(_ => new int[Classes])];
        foreach (int row in Labelled)
        {
            counts[Labels[row]][Predicted[row]]++;
        }

        return counts;
    }
}
