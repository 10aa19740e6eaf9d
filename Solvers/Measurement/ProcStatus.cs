using System.Globalization;

namespace FlowOde.Solvers.Measurement;

/// <summary>Reads files of Linux's /proc whose lines are "Name:   123 kB".</summary>
internal static class ProcStatus
{
    /// <summary>Bytes of a line, or null where there is none.</summary>
    /// <param name="name">The name before the colon.</param>
    /// <param name="path">The file.</param>
    public static long? Bytes(string name, string path = "/proc/self/status")
    {
        if (!File.Exists(path))
        {
            return null;
        }

        foreach (string line in File.ReadLines(path))
        {
            if (line.StartsWith(name, StringComparison.Ordinal) && line.Length > name.Length && line[name.Length] == ':')
            {
                return long.Parse(line.AsSpan(name.Length + 1).Trim().TrimEnd("kB").TrimEnd(), NumberStyles.None, CultureInfo.InvariantCulture) * 1024;
            }
        }

        return null;
    }
}
