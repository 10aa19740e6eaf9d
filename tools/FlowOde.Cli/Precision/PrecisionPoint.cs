using System.Text.Json.Nodes;
using FlowOde.Cli.Runs;

namespace FlowOde.Cli.Precision;

/// <summary>What one solve needed for what it reached.</summary>
internal sealed record PrecisionPoint
{
    /// <summary>The problem's name.</summary>
    public required string Problem { get; init; }

    /// <summary>The solver's name; another library's as LIBRARY-SOLVER.</summary>
    public required string Solver { get; init; }

    /// <summary>The tolerance, relative and absolute.</summary>
    public required double Tolerance { get; init; }

    /// <summary>Evaluations of the field.</summary>
    public required int Evaluations { get; init; }

    /// <summary>Steps that were accepted; null where they are not known.</summary>
    public int? AcceptedSteps { get; init; }

    /// <summary>Steps that were rejected; null where they are not known.</summary>
    public int? RejectedSteps { get; init; }

    /// <summary>The largest distance of a component from the solution at the end; null where the solve did not arrive.</summary>
    public double? Error { get; init; }

    /// <summary>Why the solve did not arrive, or null.</summary>
    public string? Failure { get; init; }

    /// <summary>The point as an object of JSON.</summary>
    public JsonObject ToJson()
    {
        var json = new JsonObject { ["problem"] = Problem, ["solver"] = Solver, ["tolerance"] = Tolerance, ["evaluations"] = Evaluations, ["acceptedSteps"] = AcceptedSteps, ["rejectedSteps"] = RejectedSteps, ["error"] = RunJson.Number(Error) };
        if (Failure is not null)
        {
            json["failure"] = Failure;
        }

        return json;
    }
}
