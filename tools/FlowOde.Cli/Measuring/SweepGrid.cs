using FlowOde.Cli.Failures;

namespace FlowOde.Cli.Measuring;

/// <summary>The points of a sweep.</summary>
internal static class SweepGrid
{
    /// <summary>Lays out the points: all methods of a model at few steps first, so that a sweep that is stopped has whole columns.</summary>
    /// <param name="subjects">The models; several are classifiers of different architectures.</param>
    /// <param name="options">What is varied.</param>
    /// <param name="notice">Is told what is left out.</param>
    /// <exception cref="UsageException">A name or size is impossible, a method that was asked for goes with no solver, or an option says nothing about any of the models.</exception>
    public static IReadOnlyList<MeasurementPoint> Make(IReadOnlyList<MeasurementSubject> subjects, SweepOptions options, Action<string> notice)
    {
        string networks = $"--architecture {string.Join(",", subjects.Select(subject => subject.Values.TextOrNull("architecture")))}";
        if (options.Solvers is not null && subjects.All(subject => subject.Kind.OnlySolver is not null))
        {
            throw new UsageException($"--solvers says nothing about {networks}, whose steps have their own method; ode-net and anode take any solver.");
        }

        if (options.Methods is not null && subjects.All(subject => !subject.Kind.ChoosesMethod))
        {
            throw new UsageException($"--adjoints says nothing about {networks}, whose gradient has its own way.");
        }

        return [.. subjects.SelectMany(subject => Make(subject, options, isAlone: subjects.Count == 1, notice))];
    }

    private static MeasurementPoint[] Make(MeasurementSubject subject, SweepOptions options, bool isAlone, Action<string> notice)
    {
        var kind = subject.Kind;
        var methods = SweepMethods.Make(subject, options, isAlone, notice);
        if (subject.Run is not null && options.Widths is not null)
        {
            throw new UsageException($"--widths cannot be given with the run '{subject.Run}', whose model has its own; give data in place of a run.");
        }

        int[] own = [.. subject.Values.List(kind.Width).Select(int.Parse)];
        if (options.Widths is not null && own.Length == 0)
        {
            throw new UsageException("--widths says nothing about a model without hidden layers; give --hidden with as many numbers as it shall have layers.");
        }

        IReadOnlyList<int>[] shapes = options.Widths is null ? [own] : [.. options.Widths.Select(width => Enumerable.Repeat(width, own.Length).ToArray())];
        var batches = options.Batches ?? [(int)subject.Values.Integer("batch")];
        if (subject.Data.TrainRows is { } rows && batches.Max() > rows)
        {
            throw new UsageException($"--batch {batches.Max()} is more than the {rows} training rows; give {rows} or less.");
        }

        MeasurementPoint[] points =
        [
            .. from ofSolver in methods
               from shape in shapes
               from batch in batches
               from steps in options.Steps
               from pair in ofSolver
               select new MeasurementPoint(subject, pair.Method, pair.Solver, steps, batch, shape),
        ];
        Array.ForEach(points, kind.Check);
        return points;
    }
}
