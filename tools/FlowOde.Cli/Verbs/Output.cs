using System.Text.Json.Nodes;
using FlowOde.Cli.Runs;
using Spectre.Console;

namespace FlowOde.Cli.Verbs;

/// <summary>Where a command speaks: results to one writer, everything else to the other.</summary>
/// <param name="Out">Standard output.</param>
/// <param name="Error">Standard error.</param>
/// <param name="Json">Whether standard output is exactly one JSON object.</param>
/// <param name="Quiet">Whether only results and failures are said.</param>
/// <param name="Verbose">Whether more is said.</param>
internal sealed record Output(TextWriter Out, TextWriter Error, bool Json, bool Quiet, bool Verbose)
{
    private const int WidthOfFiles = 160;

    /// <summary>Says something that is no result.</summary>
    public void Notice(string text)
    {
        if (!Quiet)
        {
            Error.WriteLine(text);
        }
    }

    /// <summary>Writes the one object of <c>--json</c>.</summary>
    public void WriteJson(JsonNode node) => Out.WriteLine(RunJson.Text(node));

    /// <summary>Writes a table of results.</summary>
    public void WriteTable(Table table) => ConsoleOn(Out).Write(table.Border(TableBorder.Simple));

    /// <summary>A table with columns; numbers to the right.</summary>
    public static Table NewTable(params IEnumerable<(string Title, bool IsNumber)> columns)
    {
        var table = new Table();
        foreach (var (title, isNumber) in columns)
        {
            var column = new TableColumn(Markup.Escape(title));
            table.AddColumn(isNumber ? column.RightAligned().NoWrap() : table.Columns.Count == 0 ? column.NoWrap() : column);
        }

        return table;
    }

    /// <summary>A console on a writer: with colours and motion only where somebody watches.</summary>
    public static IAnsiConsole ConsoleOn(TextWriter writer)
    {
        var console = AnsiConsole.Create(new() { Out = new AnsiConsoleOutput(writer) });
        if (!console.Profile.Out.IsTerminal)
        {
            console.Profile.Width = WidthOfFiles;
        }

        return console;
    }
}
