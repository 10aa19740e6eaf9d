using FlowOde.Cli.Failures;
using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;
using static TorchSharp.torch;

namespace FlowOde.Cli.Settings;

/// <summary>Reads what a gradient method's own backward solve is to do otherwise than the forward solve.</summary>
internal static class BackwardSolveSettings
{
    private static readonly string[] _names = ["adjoint-solver", "adjoint-rtol", "adjoint-atol"];

    /// <summary>A gradient method with the chosen backward solve; where nothing is chosen, the method itself.</summary>
    /// <param name="adjoint">The gradient method.</param>
    /// <param name="values">The settings.</param>
    /// <param name="forward">The forward solve's method.</param>
    /// <param name="dtype">The type of numbers.</param>
    /// <exception cref="UsageException">The method has no backward solve, or method and tolerances do not go together.</exception>
    public static IAdjoint Apply(IAdjoint adjoint, SettingValues values, IStepper forward, ScalarType dtype)
    {
        if (Array.Find(_names, values.Has) is not { } given)
        {
            return adjoint;
        }

        if (adjoint is not ContinuousAdjoint continuous)
        {
            string able = string.Join(", ", AdjointCatalog.All.OfType<ContinuousAdjoint>().Select(other => other.Name));
            throw new UsageException($"--{given} says nothing about --adjoint {adjoint.Name}, which has no backward solve: leave it out, or choose one of {able}.");
        }

        var stepper = StepperCatalog.Find(values.TextOrNull("adjoint-solver") ?? forward.Name)!;
        var tolerances = Tolerances(values, dtype);
        if (stepper.EmbeddedOrder == 0 && (tolerances is not null || !values.Has("steps")))
        {
            string option = values.Has("adjoint-solver") ? "--adjoint-solver" : "--solver";
            throw new UsageException($"{option} {stepper.Name} estimates no error, so the backward solve cannot adapt its steps: give --adjoint-solver one of {string.Join(", ", SolveSettings.AdaptiveSolvers)}{(tolerances is null ? ", or --steps N" : "")}.");
        }

        return continuous with
        {
            Stepper = values.Has("adjoint-solver") ? stepper : null,
            Controller = tolerances is null ? null : ControllerCatalog.Read(values, tolerances),
        };
    }

    /// <summary>The backward tolerances, or null where none are given; one that is not given is the forward solve's.</summary>
    private static Tolerances? Tolerances(SettingValues values, ScalarType dtype)
    {
        if (!values.Has("adjoint-rtol") && !values.Has("adjoint-atol"))
        {
            return null;
        }

        double Of(string kind) => values.Has($"adjoint-{kind}") ? values.Number($"adjoint-{kind}")
            : values.Has(kind) ? values.Number(kind)
            : throw new UsageException($"--adjoint-{kind} is missing: with --steps there is no --{kind} that the backward solve could take over; give both --adjoint-rtol and --adjoint-atol.");
        return SolveSettings.Reachable(new(Of("rtol"), Of("atol")), dtype, values.Has("adjoint-rtol") ? "--adjoint-rtol" : "--rtol");
    }
}
