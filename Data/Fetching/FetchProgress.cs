namespace FlowOde.Data.Fetching;

/// <summary>How far a download is.</summary>
/// <param name="File">The name of the file.</param>
/// <param name="Bytes">Bytes that are there.</param>
/// <param name="TotalBytes">Bytes of the whole file.</param>
public sealed record FetchProgress(string File, long Bytes, long TotalBytes);
