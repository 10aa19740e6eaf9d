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
    /// <summary>Prints a table for each model, and what they say in words.</summary>
    public static void Write(IReadOnlyList<ModelCertificates> models, CertifyOptions options, Output output)
    {
        foreach (var model in models)
        {
            if (model.Model.Architecture is { } architecture)
            {
                output.Out.WriteLine($"{architecture.Name}: {architecture.Description}; {model.Parameters:N0} parameters, {model.Model.Rows} rows");
            }

            Write(model, output);
        }

        bool choosesSteps = models.Any(model => model.Model.Architecture is null or { ChoosesSteps: true });
        bool hasOwn = models.Any(model => model.Model.Architecture is { HasOwnGradient: true });
        output.Out.WriteLine($"from direct: relative distance from the float64 direct gradient of the same steps, or where these have none of those of dopri5 at the smallest tolerance, in the worst group of parameters, which --json names{(hasOwn ? "; of an architecture's own gradient from plain back-propagation" : "")}{(choosesSteps ? "; of a continuous adjoint then at a smaller tolerance forward and backward (1e-9 or a thousandth; a hundredth below order 5), or with four times the steps" : "")}.");
        if (choosesSteps)
        {
            output.Out.WriteLine("scheme: distance of this solver's and tolerance's gradient from one at tolerance 1e-10, or 1e-6 where relu bends the field. Evaluations are those of the forward solves and of the backward pass, pullbacks among them.");
        }

        string[] more = [.. models.SelectMany(model => model.Certificates.Where(certificate => certificate.SingleLimit > options.SingleLimit).Select(certificate =>
            $"{(models.Count == 1 ? "" : $"{model.Model.Architecture!.Name} by ")}{certificate.Method} with {certificate.Solver} ({Certificate.Small(certificate.SingleLimit)})"))];
        output.Out.WriteLine($"in float32: at most {Certificate.Small(options.SingleLimit)} is allowed, or three times what plain back-propagation is off on the same steps{(more.Length == 0 ? "" : $"; that is more for {string.Join(", ", more)}, as where the rows' gradients nearly cancel, or a number rounds to the other side of a bend of relu")}.");
        foreach (var model in models)
        {
            output.Out.WriteLine($"{(models.Count == 1 ? "" : $"{model.Model.Architecture!.Name}: ")}{InWords(model.Certificates)}");
        }
    }

    private static void Write(ModelCertificates model, Output output)
    {
        var table = Output.NewTable(
            ("gradient method", false), ("solver", false), ("steps", true), ("from direct", true), ("differences", true), ("in float32", true),
            ("scheme", true), ("drift", true), ("NFE", true), ("seconds", true), ("kept", true), ("verdict", false));
        foreach (var certificate in model.Certificates)
        {
            table.AddRow(
                certificate.Method,
                certificate.Solver,
                $"{certificate.Steps}",
                $"{Certificate.Small(certificate.Error?.Distance)}{(certificate.FinerError is { } finer ? $", then {Certificate.Small(finer)}" : "")}",
                Certificate.Small(certificate.DifferenceError),
                Certificate.Small(certificate.SingleError?.Distance),
                Certificate.Small(certificate.SchemeDistance),
                certificate.Drift == 0 ? "–" : Certificate.Small(certificate.Drift),
                $"{certificate.NfeForward} + {certificate.NfeBackward}",
                $"{certificate.Seconds:F2}",
                certificate.KeptBytes is { } kept ? $"{kept / 1e6:F1} MB" : "–",
                certificate.Failure is not null ? "FAILS" : certificate.FinerError is null ? "exact" : "approximate");
        }

        output.WriteTable(table);
        foreach (var certificate in model.Certificates.Where(certificate => certificate.Failure is not null))
        {
            output.Out.WriteLine($"{certificate.Method} with {certificate.Solver} {certificate.Verdict}");
        }
    }

    /// <summary>The certificates as one object: those of one model, or a list of architectures.</summary>
    public static JsonObject ToJson(IReadOnlyList<ModelCertificates> models, CertifyOptions options) => models is [var only]
        ? ToJson(only, options)
        : new()
        {
            ["subject"] = models[0].Model.Name,
            ["holds"] = models.All(model => model.Holds),
            ["architectures"] = new JsonArray([.. models.Select(model => ToJson(model, options))]),
        };

    private static JsonObject ToJson(ModelCertificates model, CertifyOptions options)
    {
        var json = new JsonObject
        {
            ["subject"] = model.Model.Name,
            ["rows"] = model.Model.Rows,
            ["limits"] = new JsonObject { ["float64"] = options.Limit, ["reversible"] = options.ReversibleLimit, ["float32"] = options.SingleLimit, ["differences"] = options.DifferenceLimit },
            ["holds"] = model.Holds,
            ["methods"] = new JsonArray([.. model.Certificates.Select(ToJson)]),
        };
        if (model.Model.Architecture is { } architecture)
        {
            json.Insert(1, "architecture", architecture.Name);
            json.Insert(2, "parameters", model.Parameters);
        }

        return json;
    }

    /// <summary>The certificates as a CSV file.</summary>
    public static string ToCsv(IReadOnlyList<ModelCertificates> models)
    {
        bool hasArchitectures = models[0].Model.Architecture is not null;
        var text = new StringBuilder($"{(hasArchitectures ? "architecture," : "")}method,solver,steps,error,group,finer_error,difference_error,float32_error,scheme_distance,drift,nfe_forward,nfe_backward,seconds,kept_bytes,verdict\n");
        foreach (var (model, c) in models.SelectMany(model => model.Certificates.Select(certificate => (model, certificate))))
        {
            text.Append(hasArchitectures ? $"{model.Model.Architecture!.Name}," : "").AppendJoin(',', new[]
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
        ["float32Limit"] = RunJson.Number(certificate.SingleLimit),
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
        if (certificates is [{ Method: CertifiedModel.OwnMethod } own])
        {
            return own.Failure is null ? "Exact here: the architecture's own gradient." : "Not to be used here: the architecture's own gradient.";
        }

        bool oneSolver = certificates.GroupBy(c => c.Method).All(same => same.Count() == 1);
        string Of(Func<Certificate, bool> which) => string.Join(", ", certificates.Where(which).Select(c => oneSolver ? c.Method : $"{c.Method} with {c.Solver}"));
        string approximate = string.Join(", ", certificates.Where(c => c.Failure is null && c.FinerError is not null).Select(c => $"{(oneSolver ? c.Method : $"{c.Method} with {c.Solver}")} (off by {Certificate.Small(c.Error?.Distance)} in {c.Error?.Group}, by {Certificate.Small(c.FinerError)} at the finer tolerance)"));
        string exact = Of(c => c.Failure is null && c.FinerError is null), failed = Of(c => c.Failure is not null);
        return $"{(exact.Length > 0 ? $"Exact here: {exact}. " : "")}{(approximate.Length > 0 ? $"Approximate, and better with the tolerance: {approximate}. " : "")}{(failed.Length > 0 ? $"Not to be used here: {failed}." : "auto is exact and as fast as its budget allows: the one to choose.")}";
    }

    private static string Exact(double? number) => number?.ToString("R", CultureInfo.InvariantCulture) ?? "";
}
