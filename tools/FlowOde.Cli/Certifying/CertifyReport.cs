using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using FlowOde.Cli.Runs;
using FlowOde.Cli.Verbs;
using Spectre.Console;

namespace FlowOde.Cli.Certifying;

/// <summary>Certificates as people, tables and programs read them.</summary>
internal static class CertifyReport
{
    /// <summary>Prints a table, and what it says in words.</summary>
    public static void Write(IReadOnlyList<Certificate> certificates, double singleLimit, Output output)
    {
        var table = Output.NewTable(
            ("gradient method", false), ("solver", false), ("steps", true), ("from direct", true), ("worst in", false), ("from differences", true), ("in float32", true),
            ("scheme", true), ("drift", true), ("NFE", true), ("seconds", true), ("kept", true), ("verdict", false));
        foreach (var certificate in certificates)
        {
            table.AddRow(
                certificate.Method,
                certificate.Solver,
                $"{certificate.Steps}",
                $"{Small(certificate.Error?.Distance)}{(certificate.FinerError is { } finer ? $", then {Small(finer)}" : "")}",
                Markup.Escape(certificate.Error?.Group ?? "–"),
                Small(certificate.DifferenceError),
                Small(certificate.SingleError?.Distance),
                Small(certificate.SchemeDistance),
                certificate.Drift == 0 ? "–" : Small(certificate.Drift),
                $"{certificate.NfeForward} + {certificate.NfeBackward}",
                $"{certificate.Seconds:F2}",
                certificate.KeptBytes is { } kept ? $"{kept / 1e6:F1} MB" : "–",
                Markup.Escape(certificate.Verdict));
        }

        output.WriteTable(table);
        output.Out.WriteLine("from direct: relative distance from the float64 direct gradient of the same steps, in the worst group of parameters; of a continuous adjoint then at a smaller tolerance forward and backward (1e-9 or a thousandth; a hundredth below order 5), or with four times the steps.");
        output.Out.WriteLine("scheme: distance of this solver's and tolerance's gradient from one at tolerance 1e-10. Evaluations are those of the forward solves and of the backward pass, pullbacks among them.");
        output.Out.WriteLine($"in float32: at most {singleLimit.ToString("0.0E+0", CultureInfo.InvariantCulture)} is allowed here: 1e-5, or three times what plain back-propagation is off, where the rows' gradients nearly cancel.");
        output.Out.WriteLine(InWords(certificates));
    }

    /// <summary>The certificates as one object.</summary>
    public static JsonObject ToJson(string subject, int rows, CertifyOptions options, double singleLimit, IReadOnlyList<Certificate> certificates) => new()
    {
        ["subject"] = subject,
        ["rows"] = rows,
        ["limits"] = new JsonObject { ["float64"] = options.Limit, ["reversible"] = options.ReversibleLimit, ["float32"] = singleLimit, ["differences"] = options.DifferenceLimit },
        ["holds"] = certificates.All(certificate => certificate.Failure is null),
        ["methods"] = new JsonArray([.. certificates.Select(ToJson)]),
    };

    /// <summary>The certificates as a CSV file.</summary>
    public static string ToCsv(IReadOnlyList<Certificate> certificates)
    {
        var text = new StringBuilder("method,solver,steps,error,group,finer_error,difference_error,float32_error,scheme_distance,drift,nfe_forward,nfe_backward,seconds,kept_bytes,verdict\n");
        foreach (var c in certificates)
        {
            text.AppendJoin(',', new[]
            {
                c.Method, c.Solver, $"{c.Steps}", Exact(c.Error?.Distance), CsvText.Quoted(c.Error?.Group ?? ""), Exact(c.FinerError), Exact(c.DifferenceError), Exact(c.SingleError?.Distance),
                Exact(c.SchemeDistance), Exact(c.Drift), $"{c.NfeForward}", $"{c.NfeBackward}", Exact(c.Seconds), $"{c.KeptBytes}", CsvText.Quoted(c.Verdict),
            }).Append('\n');
        }

        return text.ToString().TrimEnd('\n');
    }

    private static JsonObject ToJson(Certificate certificate) => new()
    {
        ["method"] = certificate.Method,
        ["solver"] = certificate.Solver,
        ["steps"] = certificate.Steps,
        ["error"] = RunJson.Number(certificate.Error?.Distance),
        ["group"] = certificate.Error?.Group,
        ["finerError"] = RunJson.Number(certificate.FinerError),
        ["differenceError"] = RunJson.Number(certificate.DifferenceError),
        ["float32Error"] = RunJson.Number(certificate.SingleError?.Distance),
        ["schemeDistance"] = RunJson.Number(certificate.SchemeDistance),
        ["drift"] = RunJson.Number(certificate.Drift),
        ["nfeForward"] = certificate.NfeForward,
        ["nfeBackward"] = certificate.NfeBackward,
        ["seconds"] = Math.Round(certificate.Seconds, 4),
        ["keptBytes"] = certificate.KeptBytes,
        ["verdict"] = certificate.Verdict,
        ["holds"] = certificate.Failure is null,
    };

    private static string InWords(IReadOnlyList<Certificate> certificates)
    {
        bool oneSolver = certificates.GroupBy(c => c.Method).All(same => same.Count() == 1);
        string Of(Func<Certificate, bool> which) => string.Join(", ", certificates.Where(which).Select(c => oneSolver ? c.Method : $"{c.Method} with {c.Solver}"));
        string exact = Of(c => c.Failure is null && c.FinerError is null), approximate = Of(c => c.Failure is null && c.FinerError is not null), failed = Of(c => c.Failure is not null);
        return $"{(exact.Length > 0 ? $"Exact here: {exact}. " : "")}{(approximate.Length > 0 ? $"As exact as the tolerance: {approximate}. " : "")}{(failed.Length > 0 ? $"Not to be used here: {failed}." : "auto is exact and as fast as its budget allows: the one to choose.")}";
    }

    private static string Small(double? number) => number is { } value ? value.ToString("0.0E+0", CultureInfo.InvariantCulture) : "–";

    private static string Exact(double? number) => number?.ToString("R", CultureInfo.InvariantCulture) ?? "";
}
