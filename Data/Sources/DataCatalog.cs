using FlowOde.Data.Bundled;
using FlowOde.Data.Fetching;
using FlowOde.Data.Images;
using FlowOde.Data.Pictures;
using FlowOde.Data.Readers;
using FlowOde.Data.Tables;
using FlowOde.Data.ToyDensities;

namespace FlowOde.Data.Sources;

/// <summary>Finds data by name or path.</summary>
public static class DataCatalog
{
    /// <summary>The names of all toys and bundled sets.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Toys.All.Select(toy => toy.Name), .. BundledSets.All.Select(set => set.Name)];

    /// <summary>The extensions of files that can be read, with their dot.</summary>
    public static IReadOnlyList<string> Extensions { get; } = [.. TableReaders.Extensions, .. PictureReader.Extensions];

    /// <summary>Opens a toy, a bundled set or a file.</summary>
    /// <param name="nameOrPath">A name, or the path of a table or a picture. A path with a folder, as in <c>./moons</c>, is never taken for a name.</param>
    /// <param name="options">What a table's file does not say about itself.</param>
    /// <param name="tone">Which parts of a picture are dense.</param>
    /// <param name="images">How images become those that a model sees; the usual ones by default.</param>
    /// <param name="folder">The folder that relative paths start from; <see langword="null"/> for the working folder.</param>
    /// <returns>What was found, read.</returns>
    /// <exception cref="DataFormatException">Nothing of that name exists, a name and a file clash, an option does not apply, or the content is not usable.</exception>
    public static DataSource Resolve(string nameOrPath, TableReadOptions options, PictureTone tone = PictureTone.Bright, ImageReadOptions? images = null, string? folder = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(nameOrPath);
        ArgumentNullException.ThrowIfNull(options);
        images ??= new();
        var path = nameOrPath.Contains('\0', StringComparison.Ordinal) ? throw new DataFormatException("A path cannot hold a zero character.") : Path.Combine(folder ?? "", nameOrPath);
        var toy = Toys.Find(nameOrPath);
        var set = BundledSets.Find(nameOrPath);
        if ((toy is not null || set is not null) && File.Exists(path))
        {
            throw new DataFormatException($"'{nameOrPath}' is both {(toy is not null ? "a toy density" : "a bundled set")} and a file in the working folder; write './{nameOrPath}' for the file, or rename it.");
        }

        if (toy is not null)
        {
            Refuse(options, $"the toy density '{toy.Name}'");
            RefuseOfImages(images, $"the toy density '{toy.Name}'");
            return new ToySource(toy);
        }

        return set?.Open(options, images, tone) ?? OpenFile(nameOrPath, path, options, images, tone);
    }

    /// <summary>Refuses table options where there is no table, rather than ignoring them.</summary>
    internal static void Refuse(TableReadOptions options, string what)
    {
        if (options.Given.Count > 0)
        {
            throw new DataFormatException($"{string.Join(", ", options.Given)}: such options are for tables and do not apply to {what}.");
        }
    }

    /// <summary>Refuses options of images where there are none, rather than ignoring them.</summary>
    internal static void RefuseOfImages(ImageReadOptions options, string what)
    {
        if (options.Given.Count > 0)
        {
            throw new DataFormatException($"{string.Join(", ", options.Given)}: such options are for images and do not apply to {what}.");
        }
    }

    private static DataSource OpenFile(string nameOrPath, string path, TableReadOptions options, ImageReadOptions images, PictureTone tone)
    {
        if (!File.Exists(path) && !Directory.Exists(path))
        {
            path = DataShelf.Find(nameOrPath) ?? throw Unknown(nameOrPath, path);
        }

        if (ImageReaders.CanRead(path))
        {
            Refuse(options, $"the images '{nameOrPath}'");
            return new ImageSource(ImageReaders.Read(path, nameOrPath, images));
        }

        RefuseOfImages(images, $"'{nameOrPath}'");
        if (PictureReader.CanRead(path))
        {
            Refuse(options, $"the picture '{nameOrPath}'");
            return new PictureSource(PictureReader.ReadFile(path, tone));
        }

        return TableReaders.CanRead(path)
            ? new TableSource(TableReaders.ReadFile(path, options))
            : throw new DataFormatException($"{nameOrPath}: unknown kind of file '{Path.GetExtension(path)}'; readable are {string.Join(", ", Extensions)}, tables also with .gz.");
    }

    private static DataFormatException Unknown(string nameOrPath, string path)
    {
        var files = Path.GetDirectoryName(Path.GetFullPath(path)) is { } parent && Directory.Exists(parent)
            ? Directory.EnumerateFiles(parent).Take(1000).Select(file => Path.GetFileName(file)).Where(file => TableReaders.CanRead(file) || PictureReader.CanRead(file))
            : [];
        if (RemoteSets.Find(nameOrPath) is { } remote)
        {
            return new($"'{nameOrPath}' can be downloaded: flowode data fetch {remote.Name} ({remote.Bytes / 1e6:F0} MB).");
        }

        var near = NearestName.Suggest(Path.GetFileName(nameOrPath), [.. Names, .. files]) is { } name ? $" Did you mean '{name}'?" : "";
        return new($"'{nameOrPath}' is no known name and no file.{near} Names: {string.Join(", ", Names)}. Files: {string.Join(", ", Extensions)}, tables also with .gz; images: {string.Join("; ", ImageReaders.All.Select(reader => reader.Description))}. Larger sets are found by name in {(DataShelf.Folder is { } shelf ? $"'{shelf}'; the variable {DataShelf.FolderVariable} names another folder" : $"the folder that the variable {DataShelf.FolderVariable} names")}. Downloads: {string.Join(", ", RemoteSets.All.Select(set => set.Name))}.");
    }
}
