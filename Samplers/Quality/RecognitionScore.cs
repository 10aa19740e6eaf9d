namespace FlowOde.Samplers.Quality;

/// <summary>How many samples of a class a classifier takes for that class.</summary>
/// <param name="All">Of all samples.</param>
/// <param name="ByClass">Of the samples of each class; null for a class without samples.</param>
public sealed record RecognitionScore(Proportion All, IReadOnlyList<Proportion?> ByClass)
{
    /// <summary>Counts.</summary>
    /// <param name="intended">The class that each sample was drawn for, 0 to <paramref name="classes"/> − 1.</param>
    /// <param name="recognised">The class that it was taken for.</param>
    /// <param name="classes">Number of classes, at least 1.</param>
    /// <exception cref="ArgumentException">There are no samples, other numbers of both, or a class that does not exist.</exception>
    public static RecognitionScore Of(IReadOnlyList<int> intended, IReadOnlyList<int> recognised, int classes)
    {
        ArgumentNullException.ThrowIfNull(intended);
        ArgumentNullException.ThrowIfNull(recognised);
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        if (intended.Count == 0 || intended.Count != recognised.Count)
        {
            throw new ArgumentException($"There are {intended.Count} intended and {recognised.Count} recognised classes; give both for each sample, and one sample at least.", nameof(recognised));
        }

        var (right, all) = (new long[classes], new long[classes]);
        for (int i = 0; i < intended.Count; i++)
        {
            if (intended[i] < 0 || intended[i] >= classes)
            {
                throw new ArgumentException($"Sample {i} was drawn for class {intended[i]}; the classes are 0 to {classes - 1}.", nameof(intended));
            }

            all[intended[i]]++;
            right[intended[i]] += recognised[i] == intended[i] ? 1 : 0;
        }

        return new(new(right.Sum(), all.Sum()), [.. right.Zip(all, (successes, trials) => trials == 0 ? null : new Proportion(successes, trials))]);
    }
}
