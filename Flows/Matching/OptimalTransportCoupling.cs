namespace FlowOde.Flows.Matching;

/// <summary>The pairs of a batch with the least sum of squared distances: straighter ways, which need fewer evaluations at sampling.</summary>
/// <remarks>
/// Tong et al. 2024 (2302.00482), §3.2; Pooladian et al. 2023 (2304.14772). Solved exactly by shortest augmenting paths with potentials (Jonker, Volgenant 1987),
/// in time proportional to the cube of the rows at worst.
/// </remarks>
public sealed class OptimalTransportCoupling : ICoupling
{
    /// <inheritdoc/>
    public string Name => "ot";

    /// <inheritdoc/>
    public string Description => "the pairs of a batch with the least sum of squared distances";

    /// <inheritdoc/>
    public bool NeedsCosts => true;

    /// <inheritdoc/>
    public int[] Pair(ReadOnlySpan<double> costs, int rows, ReadOnlySpan<double> draws)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(costs.Length, rows * rows);

        // Rows and columns count from 1; column 0 is where an augmenting path begins.
        var (ofRow, ofColumn) = (new double[rows + 1], new double[rows + 1]);
        var (matched, way) = (new int[rows + 1], new int[rows + 1]);
        var (least, isDone) = (new double[rows + 1], new bool[rows + 1]);
        for (int row = 1; row <= rows; row++)
        {
            matched[0] = row;
            Array.Fill(least, double.PositiveInfinity);
            Array.Clear(isDone);
            int column = 0;
            do
            {
                isDone[column] = true;
                int at = matched[column], next = 0;
                double step = double.PositiveInfinity;
                var line = costs.Slice((at - 1) * rows, rows);
                for (int other = 1; other <= rows; other++)
                {
                    if (isDone[other])
                    {
                        continue;
                    }

                    double reduced = line[other - 1] - ofRow[at] - ofColumn[other];
                    if (reduced < least[other])
                    {
                        (least[other], way[other]) = (reduced, column);
                    }

                    if (least[other] < step)
                    {
                        (step, next) = (least[other], other);
                    }
                }

                for (int other = 0; other <= rows; other++)
                {
                    if (isDone[other])
                    {
                        ofRow[matched[other]] += step;
                        ofColumn[other] -= step;
                    }
                    else
                    {
                        least[other] -= step;
                    }
                }

                column = next;
            }
            while (matched[column] != 0);

            for (; column != 0; column = way[column])
            {
                matched[column] = matched[way[column]];
            }
        }

        var pairs = new int[rows];
        for (int column = 1; column <= rows; column++)
        {
            pairs[matched[column] - 1] = column - 1;
        }

        return pairs;
    }
}
