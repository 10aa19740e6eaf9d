namespace FlowOde.Data.Fetching;

/// <summary>A data set that can be downloaded.</summary>
/// <param name="Name">The name it is asked for by, and the folder it is kept in.</param>
/// <param name="Description">One line: what it is and who made it.</param>
/// <param name="Licence">The licence of the data, as their publisher states it.</param>
/// <param name="Files">Its files.</param>
public sealed record RemoteSet(string Name, string Description, string Licence, IReadOnlyList<RemoteFile> Files)
{
    /// <summary>What is downloaded, in bytes.</summary>
    public long Bytes => Files.Sum(file => file.Bytes);
}
