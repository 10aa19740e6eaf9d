using System.Runtime.InteropServices;
using FlowOde.Cli.Runs;

namespace FlowOde.Cli.Measuring;

/// <summary>An exact gradient on disk, as doubles in the machine's order, which all methods are compared with.</summary>
internal static class ReferenceFile
{
    /// <summary>Writes a gradient.</summary>
    public static void Write(string path, double[] gradient) => AtomicFile.Write(path, stream => stream.Write(MemoryMarshal.AsBytes<double>(gradient)));

    /// <summary>‖g − r‖ ÷ ‖r‖ of a gradient and the file's; null where there is no file of that length.</summary>
    public static double? RelativeError(string path, double[] gradient)
    {
        if (new FileInfo(path) is not { Exists: true } file || file.Length != (long)gradient.Length * sizeof(double))
        {
            return null;
        }

        double[] reference = MemoryMarshal.Cast<byte, double>(File.ReadAllBytes(path)).ToArray();
        double difference = gradient.Zip(reference, (g, r) => (g - r) * (g - r)).Sum(), size = reference.Sum(r => r * r);
        return Math.Sqrt(difference / size);
    }
}
