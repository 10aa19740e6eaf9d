using System.Text;

namespace FlowOde.Data.Writers;

/// <summary>What stands before the numbers of a NumPy array, version 1.0.</summary>
internal static class NpyPreamble
{
    private const int Magic = 10;
    private const int Alignment = 64;

    /// <summary>Writes it.</summary>
    /// <param name="type">The type of a number, such as <c>&lt;f4</c>.</param>
    /// <param name="shape">The array's sides.</param>
    /// <param name="into">Receives the bytes.</param>
    public static void Write(string type, IEnumerable<int> shape, Stream into)
    {
        var header = $"{{'descr': '{type}', 'fortran_order': False, 'shape': ({string.Join(", ", shape)}), }}";
        var padded = (Magic + header.Length + Alignment) / Alignment * Alignment;
        header = header.PadRight(padded - Magic - 1) + "\n";
        into.Write([0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0, (byte)header.Length, (byte)(header.Length >> 8)]);
        into.Write(Encoding.ASCII.GetBytes(header));
    }
}
