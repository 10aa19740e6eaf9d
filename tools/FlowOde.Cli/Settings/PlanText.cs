using System.Text.Json;
using System.Text.Json.Nodes;
using FlowOde.Cli.Failures;
using FlowOde.Flows.Training;

namespace FlowOde.Cli.Settings;

/// <summary>The decisions about the length of a run as text: "0:100000000,120:4000" means 4000 in all, decided after iteration 120.</summary>
internal static class PlanText
{
    /// <summary>The decisions as text.</summary>
    public static string Write(IterationPlan plan) => string.Join(',', plan.Decisions.Select(decision => $"{decision.From}:{decision.Total}"));

    /// <summary>The plan of such a text.</summary>
    /// <exception cref="UsageException">It is no plan.</exception>
    public static IterationPlan Parse(string text)
    {
        var decisions = new List<PlannedTotal>();
        foreach (string part in text.Split(','))
        {
            string[] numbers = part.Split(':');
            if (numbers.Length != 2 || !long.TryParse(numbers[0], out long from) || !long.TryParse(numbers[1], out long total)
                || total < 1 || from < 0 || (decisions.Count == 0 ? from != 0 : from <= decisions[^1].From))
            {
                throw new UsageException($"--plan: '{text}' is no plan; expected decisions FROM:TOTAL in order, the first from 0.");
            }

            decisions.Add(new(from, total));
        }

        return new() { Decisions = decisions };
    }

    /// <summary>Reads the plan that a report states.</summary>
    /// <param name="path">A <c>report.json</c>.</param>
    /// <exception cref="UsageException">The file cannot be read or states no plan.</exception>
    public static string Read(string path)
    {
        try
        {
            string text = JsonNode.Parse(File.ReadAllText(path))?["plan"]?.GetValue<string>()
                ?? throw new UsageException($"--plan: {path} has no \"plan\"; expected the report.json of a run.");
            return Write(Parse(text));
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException or ArgumentException or FormatException)
        {
            throw new UsageException($"--plan: {path} cannot be read: {problem.Message}", problem);
        }
    }
}
