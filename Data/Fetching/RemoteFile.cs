namespace FlowOde.Data.Fetching;

/// <summary>One file of a set that is downloaded.</summary>
/// <param name="Name">Its file name.</param>
/// <param name="Bytes">Its length in bytes.</param>
/// <param name="Md5">Its MD5 checksum as its publisher states it, in lower-case hexadecimal: against damage, not against malice.</param>
/// <param name="Mirrors">Addresses of folders that hold it, each with a closing slash, the preferred one first.</param>
public sealed record RemoteFile(string Name, long Bytes, string Md5, IReadOnlyList<Uri> Mirrors)
{
    /// <summary>For a <c>.tar.gz</c>: the names of the files in it that are kept, whatever their folder; empty for a file that is kept as it is.</summary>
    public IReadOnlyList<string> Members { get; init; } = [];

    /// <summary>The files that there are when this one was fetched.</summary>
    internal IReadOnlyList<string> Kept => Members.Count > 0 ? Members : [Name];
}
