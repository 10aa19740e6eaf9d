namespace FlowOde.Data.Images;

/// <summary>Reads images of one format.</summary>
public interface IImageReader
{
    /// <summary>What it reads, in one line.</summary>
    string Description { get; }

    /// <summary>Whether a file or folder is of this format, by its name and what lies there; its content is looked at when it is read.</summary>
    /// <param name="path">A file or a folder.</param>
    bool CanRead(string path);

    /// <summary>Reads images.</summary>
    /// <param name="path">A file or a folder that <see cref="CanRead"/> accepts.</param>
    /// <param name="name">What to call them.</param>
    /// <param name="options">How they become those that a model sees.</param>
    /// <exception cref="Tables.DataFormatException">The content is not usable.</exception>
    ImageSet Read(string path, string name, ImageReadOptions options);
}
