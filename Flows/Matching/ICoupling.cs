namespace FlowOde.Flows.Matching;

/// <summary>Which noise of a batch goes with which row of data.</summary>
public interface ICoupling
{
    /// <summary>The name in configurations.</summary>
    string Name { get; }

    /// <summary>What it is, in one line.</summary>
    string Description { get; }

    /// <summary>Whether pairs depend on the rows, so that the whole batch is needed.</summary>
    bool NeedsCosts { get; }

    /// <summary>Pairs rows of noise with rows of data.</summary>
    /// <param name="costs">The squared distance of each row of data (down) to each row of noise (across), row by row; all finite.</param>
    /// <param name="rows">Number of rows of either.</param>
    /// <param name="draws">Numbers in (0, 1), one for each row, for couplings that choose by chance.</param>
    /// <returns>For each row of data the row of noise, [rows].</returns>
    int[] Pair(ReadOnlySpan<double> costs, int rows, ReadOnlySpan<double> draws);
}
