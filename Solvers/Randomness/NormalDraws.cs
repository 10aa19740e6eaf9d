using System.Numerics;
using System.Runtime.CompilerServices;

namespace FlowOde.Solvers.Randomness;

/// <summary>Standard normals of many rows from the blocks of an address, two a block.</summary>
internal static class NormalDraws
{
    private const int PairsAtOnce = 128;

    /// <summary>Independent standard normals, computed in double precision; none is beyond 8.6. A row's do not depend on the other rows.</summary>
    /// <param name="address">Where the bits lie.</param>
    /// <param name="rows">Row numbers, 0 to 2^44 − 1, in any order.</param>
    /// <param name="perRow">Numbers for each row, 0 to 2^30.</param>
    /// <param name="into">Receives them, [rows, perRow], row by row.</param>
    /// <typeparam name="T">float or double.</typeparam>
    [SkipLocalsInit]
    public static void Fill<T>(BlockAddress address, ReadOnlySpan<long> rows, int perRow, Span<T> into)
        where T : struct, IBinaryFloatingPointIeee754<T>
    {
        Span<double> first = stackalloc double[PairsAtOnce];
        Span<double> second = stackalloc double[PairsAtOnce];
        var pairsPerRow = (perRow + 1) / 2;
        int row = 0, pair = 0, column = 0, at = 0;
        for (var left = (long)rows.Length * pairsPerRow; left > 0; left -= PairsAtOnce)
        {
            var count = (int)Math.Min(left, PairsAtOnce);
            for (var i = 0; i < count; i++)
            {
                var block = address[rows[row], pair];
                first[i] = UnitInterval.Double(block.Low);
                second[i] = UnitInterval.Double(block.High);
                if (++pair == pairsPerRow)
                {
                    (row, pair) = (row + 1, 0);
                }
            }

            var padded = count + (-count & (BoxMuller.Lanes - 1));
            first[count..padded].Fill(0.5);
            second[count..padded].Fill(0.5);
            BoxMuller.Transform(first[..padded], second[..padded]);
            for (var i = 0; i < count; i++)
            {
                into[at++] = T.CreateTruncating(first[i]);
                if (++column < perRow)
                {
                    into[at++] = T.CreateTruncating(second[i]);
                    column++;
                }

                column = column < perRow ? column : 0;
            }
        }
    }
}
