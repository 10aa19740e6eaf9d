using FlowOde.Cli.Failures;

namespace FlowOde.Cli.Settings;

/// <summary>One thing a user may choose: an option of <c>train</c> and a key of its configuration files.</summary>
/// <param name="Name">The option's name without dashes, which is also the key.</param>
/// <param name="Kind">What values it has.</param>
/// <param name="ValueName">What a value is called in help.</param>
/// <param name="Help">One line.</param>
internal sealed record Setting(string Name, SettingKind Kind, string ValueName, string Help)
{
    /// <summary>Smallest number allowed.</summary>
    public double Least { get; init; } = double.NegativeInfinity;

    /// <summary>Largest number allowed.</summary>
    public double Most { get; init; } = double.PositiveInfinity;

    /// <summary>Whether <see cref="Least"/> itself is refused.</summary>
    public bool IsAbove { get; init; }

    /// <summary>Whether <see cref="Most"/> itself is refused.</summary>
    public bool IsBelow { get; init; }

    /// <summary>The names there are, or null where any text will do. Asked for only when needed.</summary>
    public Func<IEnumerable<string>>? Choices { get; init; }

    /// <summary>What is wrong with a text that is none of <see cref="Choices"/>, or null where it will do as well. Without it nothing else will.</summary>
    public Func<string, string?>? Otherwise { get; init; }

    /// <summary>The option as a user types it.</summary>
    public string Option => $"--{Name}";

    /// <summary>What it is, with the names there are.</summary>
    public string Description => ValueName == "NAME" && Choices is not null ? $"{Help}: {string.Join(", ", Choices())}" : Help;

    /// <summary>Whether it holds several values.</summary>
    public bool IsList => Kind is SettingKind.Integers or SettingKind.Texts;

    private bool IsNumeric => Kind is SettingKind.Integer or SettingKind.Number or SettingKind.Integers;

    /// <summary>Refuses values that the setting cannot have.</summary>
    /// <param name="values">The values.</param>
    /// <param name="origin">Where they come from, for the message.</param>
    /// <exception cref="UsageException">A value is of the wrong kind, out of range or unknown.</exception>
    public void Check(IReadOnlyList<string> values, string origin)
    {
        foreach (string value in values)
        {
            if (string.IsNullOrWhiteSpace(value))
            {
                throw new UsageException($"{origin} is blank; expected {Expected}.");
            }

            if (IsNumeric)
            {
                CheckNumber(value, origin);
            }
            else if (Choices?.Invoke().ToArray() is { } known && !known.Contains(value, StringComparer.Ordinal))
            {
                string problem = $"'{value}' is not known.{Suggestion.For(value, known)} Known are: {string.Join(", ", known)}.";
                if (Otherwise is null || (problem = Otherwise(value)!) is not null)
                {
                    throw new UsageException($"{origin}: {problem}");
                }
            }
        }
    }

    private void CheckNumber(string value, string origin)
    {
        bool whole = Kind is not SettingKind.Number;
        bool parsed = whole ? long.TryParse(value, out _) : double.TryParse(value, out double real) && double.IsFinite(real);
        if (!parsed)
        {
            throw new UsageException($"{origin}: '{value}' is no {(whole ? "whole" : "finite")} number; expected {Expected}.");
        }

        double number = double.Parse(value);
        if (number < Least || (IsAbove && number <= Least) || number > Most || (IsBelow && number >= Most))
        {
            throw new UsageException($"{origin}: {value} is out of range; expected {Expected}.");
        }
    }

    private string Expected => Kind switch
    {
        SettingKind.Text or SettingKind.Texts => ValueName,
        SettingKind.Flag => $"{SettingValues.Yes} or {SettingValues.No}",
        _ => $"{(Kind == SettingKind.Number ? "a number" : Kind == SettingKind.Integer ? "a whole number" : "whole numbers, separated by commas,")}{Range}",
    };

    private string Range
    {
        get
        {
            string low = double.IsNegativeInfinity(Least) ? "" : IsAbove ? $" greater than {Least}" : $" of at least {Least}";
            string high = double.IsPositiveInfinity(Most) ? "" : IsBelow ? $" less than {Most}" : $" of at most {Most}";
            return low + (low.Length > 0 && high.Length > 0 ? " and" : "") + high;
        }
    }
}
