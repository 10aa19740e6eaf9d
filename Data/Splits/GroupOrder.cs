using System.Buffers.Binary;
using System.Security.Cryptography;
using FlowOde.Data.Tables;

namespace FlowOde.Data.Splits;

/// <summary>Shuffles groups of equal rows by a keyed hash of their content, so that neither the order of the rows nor the machine matters.</summary>
internal static class GroupOrder
{
    /// <summary>The groups in the order of SHA-256(seed, row); equal hashes, which nobody has seen, keep the order of the rows' numbers.</summary>
    internal static int[] Shuffle(DataTable table, DistinctGroups groups, ulong seed)
    {
        var keys = new (UInt128 High, UInt128 Low)[groups.Count];
        var bytes = new byte[8 + (8 * table.ColumnCount)];
        var hash = new byte[32];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, seed);
        for (var group = 0; group < keys.Length; group++)
        {
            var row = table.Row(groups.FirstRow[group]);
            for (var i = 0; i < row.Length; i++)
            {
                BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8 + (8 * i)), DistinctGroups.Bits(row[i]));
            }

            SHA256.HashData(bytes, hash);
            keys[group] = (BinaryPrimitives.ReadUInt128BigEndian(hash), BinaryPrimitives.ReadUInt128BigEndian(hash.AsSpan(16)));
        }

        var order = Enumerable.Range(0, keys.Length).ToArray();
        Array.Sort(keys, order);
        return order;
    }
}
