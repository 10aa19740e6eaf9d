using FlowOde.Cli.Failures;

namespace FlowOde.Cli.Settings;

/// <summary>Amounts of memory as people write them.</summary>
internal static class ByteSize
{
    private static readonly (string Unit, double Bytes)[] _units = [("KB", 1L << 10), ("MB", 1L << 20), ("GB", 1L << 30), ("B", 1)];

    /// <summary>The bytes of "512MB", "2 GB" or "100000".</summary>
    /// <param name="text">A number with or without a unit; a KB is 1024 bytes.</param>
    /// <param name="option">The option, for the message.</param>
    /// <exception cref="UsageException">It is no amount.</exception>
    public static long Parse(string text, string option)
    {
        string upper = text.Trim().ToUpperInvariant();
        var (unit, bytes) = _units.FirstOrDefault(entry => upper.EndsWith(entry.Unit, StringComparison.Ordinal), ("", 1));
        return double.TryParse(upper[..^unit.Length], out double count) && count >= 0 && count * bytes < 1L << 60
            ? (long)(count * bytes)
            : throw new UsageException($"{option}: '{text}' is no amount of memory; expected one such as 512MB, 2GB or 100000 (bytes).");
    }
}
