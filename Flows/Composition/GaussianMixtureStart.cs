using FlowOde.Flows.Randomness;

namespace FlowOde.Flows.Composition;

/// <summary>Clusters rows as a start for EM: k-means++ (Arthur and Vassilvitskii 2007), then a few of Lloyd's iterations.</summary>
internal static class GaussianMixtureStart
{
    private const int LloydIterations = 10;

    /// <summary>The cluster of each row, [rows].</summary>
    /// <param name="rows">Standardised rows, [rows, dim].</param>
    /// <param name="dim">Length of a row.</param>
    /// <param name="clusters">Number of clusters, at most the number of distinct rows, so that each begins with a row of its own.</param>
    /// <param name="draws">Where the choices come from.</param>
    public static int[] Assign(double[] rows, int dim, int clusters, SequentialDraws draws)
    {
        var centres = PlusPlus(rows, dim, clusters, draws);
        var assignment = new int[rows.Length / dim];
        Array.Fill(assignment, -1);
        for (var iteration = 0; iteration < LloydIterations && Reassign(rows, dim, centres, assignment); iteration++)
        {
            MoveCentres(rows, dim, centres, assignment);
        }

        return assignment;
    }

    private static double[] PlusPlus(double[] rows, int dim, int clusters, SequentialDraws draws)
    {
        var count = rows.Length / dim;
        var centres = new double[clusters * dim];
        var distances = new double[count];
        Array.Fill(distances, double.PositiveInfinity);
        var chosen = (int)draws.NextIndex(count);
        for (var cluster = 0; ; cluster++)
        {
            var centre = rows.AsSpan(chosen * dim, dim);
            centre.CopyTo(centres.AsSpan(cluster * dim));
            if (cluster == clusters - 1)
            {
                return centres;
            }

            var total = 0.0;
            for (var i = 0; i < count; i++)
            {
                distances[i] = Math.Min(distances[i], SquaredDistance(rows.AsSpan(i * dim, dim), centre));
                total += distances[i];
            }

            chosen = Choose(distances, draws.NextUniform() * total);
        }
    }

    // The row at which the running sum of squared distances passes the target; rows at distance 0 are never chosen.
    private static int Choose(double[] distances, double target)
    {
        var last = 0;
        for (var i = 0; i < distances.Length; i++)
        {
            if (distances[i] > 0)
            {
                last = i;
                target -= distances[i];
                if (target < 0)
                {
                    break;
                }
            }
        }

        return last;
    }

    private static bool Reassign(double[] rows, int dim, double[] centres, int[] assignment)
    {
        var changed = false;
        for (var i = 0; i < assignment.Length; i++)
        {
            var row = rows.AsSpan(i * dim, dim);
            var (best, nearest) = (0, double.PositiveInfinity);
            for (var cluster = 0; cluster * dim < centres.Length; cluster++)
            {
                var distance = SquaredDistance(row, centres.AsSpan(cluster * dim, dim));
                (best, nearest) = distance < nearest ? (cluster, distance) : (best, nearest);
            }

            changed |= assignment[i] != best;
            assignment[i] = best;
        }

        return changed;
    }

    private static void MoveCentres(double[] rows, int dim, double[] centres, int[] assignment)
    {
        var counts = new int[centres.Length / dim];
        foreach (var cluster in assignment)
        {
            counts[cluster]++;
        }

        for (var at = 0; at < centres.Length; at++)
        {
            // An empty cluster keeps its centre.
            centres[at] = counts[at / dim] > 0 ? 0 : centres[at];
        }

        for (var i = 0; i < assignment.Length; i++)
        {
            var cluster = assignment[i];
            for (var j = 0; j < dim; j++)
            {
                centres[(cluster * dim) + j] += rows[(i * dim) + j] / counts[cluster];
            }
        }
    }

    private static double SquaredDistance(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var sum = 0.0;
        for (var j = 0; j < a.Length; j++)
        {
            sum += (a[j] - b[j]) * (a[j] - b[j]);
        }

        return sum;
    }
}
