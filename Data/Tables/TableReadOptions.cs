namespace FlowOde.Data.Tables;

/// <summary>What a file does not say about itself. The defaults guess, and every guess is reported as a notice.</summary>
public sealed record TableReadOptions
{
    /// <summary>Columns to keep, by name or by number from 1, in this order; empty keeps all.</summary>
    /// <value>Default empty.</value>
    public IReadOnlyList<string> Columns { get; init => field = Checked(value, nameof(Columns)); } = [];

    /// <summary>Columns to leave out, by name or by number from 1.</summary>
    /// <value>Default empty.</value>
    public IReadOnlyList<string> Drop { get; init => field = Checked(value, nameof(Drop)); } = [];

    /// <summary>A column that labels the rows and is left out, by name or by number from 1.</summary>
    /// <value>Default <see langword="null"/>: none.</value>
    public string? Label
    {
        get;
        init => field = value is null || !string.IsNullOrWhiteSpace(value) ? value : throw new ArgumentException("The label column must have a name or a number.", nameof(value));
    }

    /// <summary>Whether <see cref="Label"/> may be missing from the file: then no column labels the rows.</summary>
    /// <value>False by default.</value>
    public bool IsLabelOptional { get; init; }

    /// <summary>What separates the columns of a text table: one character, or <c>comma</c>, <c>semicolon</c>, <c>tab</c>, <c>pipe</c>, <c>space</c> (any run of blanks).</summary>
    /// <value>Default <see langword="null"/>: guess from the first lines. Once set, the character itself.</value>
    public string? Delimiter
    {
        get;
        init => field = value is null ? null : NormalizeDelimiter(value);
    }

    /// <summary>Whether the first line names the columns.</summary>
    /// <value>Default <see cref="HeaderMode.Auto"/>.</value>
    public HeaderMode Header
    {
        get;
        init => field = Enum.IsDefined(value) ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "Unknown header mode.");
    }

    /// <summary>What to do with a cell that is blank, not a number or not finite.</summary>
    /// <value>Default <see cref="MissingPolicy.Fail"/>.</value>
    public MissingPolicy Missing
    {
        get;
        init => field = Enum.IsDefined(value) ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "Unknown policy for missing cells.");
    }

    /// <summary>The most cells (rows times columns) a table may have, against files that unpack to nonsense.</summary>
    /// <value>Default 2²⁸, which is 2 GiB of numbers.</value>
    public long MaxCells
    {
        get;
        init => field = value is >= 1 and <= 1 << 28 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, $"{nameof(MaxCells)} must be between 1 and {1 << 28}.");
    } = 1 << 28;

    /// <summary>The options that differ from the defaults, by their names on the command line.</summary>
    internal IReadOnlyList<string> Given =>
    [
        .. Columns.Count > 0 ? ["--columns"] : Array.Empty<string>(),
        .. Drop.Count > 0 ? ["--drop"] : Array.Empty<string>(),
        .. Label is not null && !IsLabelOptional ? ["--label"] : Array.Empty<string>(),
        .. Delimiter is not null ? ["--delimiter"] : Array.Empty<string>(),
        .. Header != HeaderMode.Auto ? ["--header"] : Array.Empty<string>(),
        .. Missing != MissingPolicy.Fail ? ["--missing"] : Array.Empty<string>(),
    ];

    private static string[] Checked(IReadOnlyList<string> value, string name)
    {
        ArgumentNullException.ThrowIfNull(value);
        return value.Any(string.IsNullOrWhiteSpace)
            ? throw new ArgumentException($"{name} holds a blank entry; each must be a column's name or number.", nameof(value))
            : [.. value];
    }

    private static string NormalizeDelimiter(string value) => value switch
    {
        "comma" => ",",
        "semicolon" => ";",
        "tab" or "\\t" => "\t",
        "pipe" => "|",
        "space" or "whitespace" => " ",
        [var single] when !char.IsLetterOrDigit(single) && !"+-.\"\r\n\0".Contains(single) && !char.IsSurrogate(single) => value,
        _ => throw new ArgumentException($"The delimiter '{value}' cannot be used; give one character that no number contains, or comma, semicolon, tab, pipe or space.", nameof(value)),
    };
}
