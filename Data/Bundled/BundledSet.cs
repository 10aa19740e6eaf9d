using System.Globalization;
using FlowOde.Data.Images;
using FlowOde.Data.Pictures;
using FlowOde.Data.Readers;
using FlowOde.Data.Sources;
using FlowOde.Data.Tables;

namespace FlowOde.Data.Bundled;

/// <summary>A real data set that travels inside this assembly.</summary>
public sealed record BundledSet
{
    private const string Prefix = "FlowOde.Data.Bundled.";

    /// <summary>The name it is asked for by.</summary>
    public required string Name { get; init; }

    /// <summary>One line: what it is and where it comes from.</summary>
    public required string Description { get; init; }

    /// <summary>Number of rows; 0 for a picture, which has samples without end.</summary>
    public required int Rows { get; init; }

    /// <summary>The columns' names.</summary>
    public required IReadOnlyList<string> Columns { get; init; }

    /// <summary>The licence of the data, with whom to credit.</summary>
    public required string Licence { get; init; }

    /// <summary>Number of levels of a set of images, whose resources are IDX files of images and labels; null for a table or a picture.</summary>
    public int? Levels { get; init; }

    /// <summary>The resources of the training, validation and test part; one alone is a set without published parts.</summary>
    internal IReadOnlyList<string> Resources { get; init; } = [];

    /// <summary>Whether the second of two resources is the test part, as opposed to the validation part.</summary>
    private bool LacksValidation => Resources.Count == 2;

    /// <summary>Opens the set.</summary>
    /// <param name="options">Which columns to keep; the defaults keep all numeric ones.</param>
    /// <param name="images">How images become those that a model sees.</param>
    /// <param name="tone">Which parts of a picture are dense.</param>
    /// <returns>A table, images, or a picture for <c>flower</c>.</returns>
    /// <exception cref="DataFormatException">The options name a column that is not there, or do not apply.</exception>
    public DataSource Open(TableReadOptions options, ImageReadOptions? images = null, PictureTone tone = PictureTone.Bright)
    {
        ArgumentNullException.ThrowIfNull(options);
        images ??= new();
        if (Levels is { } levels)
        {
            DataCatalog.Refuse(options, $"the images '{Name}'");
            using var pixels = new GzipInput(OpenResource(Resources[0]), Name);
            using var labels = new GzipInput(OpenResource(Resources[1]), Name);
            return new ImageSource(ImageShaping.Apply(IdxReader.Read(pixels, labels, Name, levels, images), images));
        }

        DataCatalog.RefuseOfImages(images, $"'{Name}'");
        if (!PictureReader.CanRead(Resources[0]))
        {
            return new TableSource(OpenTable(options));
        }

        DataCatalog.Refuse(options, $"the picture '{Name}'");
        using var stream = OpenResource(Resources[0]);
        return new PictureSource(PictureReader.Read(stream, Name, tone));
    }

    private DataTable OpenTable(TableReadOptions options)
    {
        if (options.Delimiter is not null || options.Header != HeaderMode.Auto)
        {
            throw new DataFormatException($"--delimiter and --header do not apply to the bundled set '{Name}'.");
        }

        // A set in one text part may have a column of text, which only labels are kept of.
        var label = Resources.Count == 1 && IsText(Resources[0]) ? options.Label : null;
        var parts = Resources.Select(resource => ReadPart(resource, label)).ToArray();
        var notices = new List<string>();
        var plan = ColumnPlan.Make(Name, parts[0].Columns, label is null ? options : options with { Label = null }, notices);
        var rows = parts.Sum(part => part.RowCount);
        var values = new double[rows * plan.Names.Length];
        var labels = new List<string>(parts[0].Labels?.OfRows ?? []);
        var at = 0;
        foreach (var part in parts)
        {
            for (var row = 0; row < part.RowCount; row++)
            {
                if (plan.Label is { } of)
                {
                    labels.Add(part.Row(row)[of.Column].ToString(CultureInfo.InvariantCulture));
                }

                foreach (var column in plan.Kept)
                {
                    values[at++] = part.Row(row)[column];
                }
            }
        }

        var published = parts.Length == 1 ? null : new PublishedParts
        {
            TrainRows = parts[0].RowCount,
            ValidationRows = LacksValidation ? 0 : parts[1].RowCount,
            TestRows = parts[^1].RowCount,
        };
        return new(plan.Names, values, Name, [.. parts[0].Notices, .. notices], published)
        {
            Labels = options.Label is null ? null : new(plan.Label?.Name ?? parts[0].Labels!.Column, [.. labels]),
        };
    }

    /// <summary>Reads one part under the set's own column names; text columns are named in a notice, the guesses are no news.</summary>
    private DataTable ReadPart(string resource, string? label)
    {
        using var stream = OpenResource(resource);
        var text = IsText(resource);
        var table = TableReaders.Read(stream, resource, text ? new() { Delimiter = ",", Header = HeaderMode.Yes, Label = label } : new());
        var notices = table.Notices.Select(notice => notice.Replace(resource, Name, StringComparison.Ordinal));
        return new(text ? table.Columns : Columns, table.Values.ToArray(), Name, [.. notices]) { Labels = table.Labels };
    }

    private static bool IsText(string resource) => !resource.EndsWith(".npy.gz", StringComparison.Ordinal);

    private static Stream OpenResource(string resource) =>
        typeof(BundledSet).Assembly.GetManifestResourceStream(Prefix + resource) ?? throw new InvalidOperationException($"The assembly lacks the resource {Prefix}{resource}.");
}
