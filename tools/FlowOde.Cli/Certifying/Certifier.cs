using FlowOde.Solvers;
using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Certification;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Cli.Certifying;

/// <summary>Compares gradient methods with the float64 reference gradient of the same solver on the same steps, and with differences.</summary>
/// <param name="loss">The loss.</param>
/// <param name="options">The limits.</param>
/// <param name="stop">Asks for an early end, also within a solve.</param>
internal sealed class Certifier(CertifiedLoss loss, CertifyOptions options, CancellationToken stop = default) : IDisposable
{
    private readonly Dictionary<string, Lane> _lanes = [];
    private readonly IReadOnlyList<FlatVector> _directions = loss.Directions(options.Directions);
    private CertifiedGradient? _finest;

    private CertifiedSolve Usual => loss.Usual with { Limits = loss.Usual.Limits with { Stop = stop } };

    /// <summary>Certifies one pair.</summary>
    /// <param name="pair">Gradient method and solver.</param>
    public Certificate Certify(CertifiedPair pair)
    {
        var empty = new Certificate(pair.Method, pair.Solver);
        try
        {
            // A network whose steps are no choice has one gradient, that of its steps: a method that has another is held to it.
            return pair.Adjoint is ContinuousAdjoint continuous && loss.ChoosesSteps ? OfContinuous(continuous, pair.Stepper, empty) : OfExact(pair, empty);
        }
        catch (Exception problem) when (problem is OdeSolveException or ArgumentException) // a solve that cannot go on, or a budget below one step
        {
            return empty with { Failure = problem.Message };
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var lane in _lanes.Values)
        {
            lane.Reference.Dispose();
        }

        foreach (var direction in _directions)
        {
            direction.Dispose();
        }

        _finest?.Dispose();
    }

    private Certificate OfExact(CertifiedPair pair, Certificate empty)
    {
        var lane = LaneOf(pair.Stepper);
        var frozen = lane.Frozen with { Adjoint = pair.Adjoint };
        using var gradient = loss.Gradient(frozen);
        using var single = loss.HasSingle ? loss.Gradient(frozen, ScalarType.Float32) : null;
        var found = Filled(empty, gradient) with
        {
            Error = GradientDistance.Worst(gradient.Gradient, lane.Reference.Gradient),
            SingleError = single is null ? null : GradientDistance.Worst(single.Gradient, lane.Reference.Gradient),
            DifferenceError = _directions.Select((direction, i) => DirectionalDerivative.Distance(gradient.Gradient, direction, lane.Differences[i])).DefaultIfEmpty(0).Max(),
            SchemeDistance = Distance(gradient),
        };
        found = found with { SingleLimit = single is null ? null : Math.Max(options.SingleLimit, options.BackpropagationsAllowed * lane.SingleRoundOff.Value) };
        double limit = pair.UndoesSteps ? options.ReversibleLimit : options.Limit;
        return found with
        {
            Failure = !(found.Error.Distance <= limit) ? $"{found.Error.Distance:E1} from the {loss.Reference.Name} gradient in {found.Error.Group} (allowed {limit:E0})"
                : !(found.DifferenceError <= options.DifferenceLimit) ? $"{found.DifferenceError:E1} from central differences (allowed {options.DifferenceLimit:E0})"
                : found.SingleError is not null && !(found.SingleError.Distance <= found.SingleLimit) ? $"{found.SingleError.Distance:E1} in float32 in {found.SingleError.Group} (allowed {found.SingleLimit:E1})"
                : null,
        };
    }

    private Certificate OfContinuous(ContinuousAdjoint adjoint, IStepper stepper, Certificate empty)
    {
        var coarse = Usual with { Stepper = stepper, Controller = ControllerOf(stepper), Adjoint = adjoint };
        var (error, gradient, whole) = Against(coarse);
        using (gradient)
        {
            var fine = coarse with { Controller = FinerThan(coarse.Controller, stepper.HighestOrder), Limits = new() { Stop = stop } };
            var (finer, finerGradient, finerWhole) = Against(fine);
            finerGradient.Dispose();
            var found = Filled(empty, gradient) with { Error = error, FinerError = finer.Distance, SchemeDistance = Distance(gradient) };
            double? allowed = coarse.Controller.Tolerances is { } tolerances ? options.TolerancesAllowed * tolerances.Relative : null;
            double range = coarse.Controller is PidController pid ? pid.Tolerances.Relative / CertifyOptions.FinerThan(pid.Tolerances.Relative, stepper.HighestOrder) : options.FinerSteps;
            double slope = Math.Log(whole / finerWhole) / Math.Log(range);
            bool falls = slope >= CertifyOptions.LeastSlope(loss.IsSmooth) || finer.Distance <= options.ReversibleLimit
                || (whole <= coarse.Controller.Tolerances?.Relative && finerWhole <= whole / 2); // few steps, and better than asked for at once
            return found with
            {
                Failure = !(error.Distance <= (allowed ?? double.PositiveInfinity)) ? $"{error.Distance:E1} from the direct gradient in {error.Group} (allowed {allowed:E0})"
                    : !falls ? $"its error does not fall with its tolerance: {whole:E1} of the whole gradient, then {finerWhole:E1}"
                    : null,
            };
        }
    }

    /// <summary>A continuous adjoint's gradient, and its distance from the direct one on the same forward steps; where the solver's steps have none, from that of very small steps of dopri5.</summary>
    private (GroupDistance Worst, CertifiedGradient Gradient, double Whole) Against(CertifiedSolve coarse)
    {
        var gradient = loss.Gradient(coarse);
        var exact = new CheckpointedAdjoint(); // direct to the last bit, with the tapes of one step
        using var own = exact.Supports(coarse.Stepper, out _) ? loss.Gradient(coarse with { Adjoint = exact }) : null;
        var direct = own ?? Finest();
        return (GradientDistance.Worst(gradient.Gradient, direct.Gradient), gradient, GradientDistance.Of(gradient.Gradient, direct.Gradient));
    }

    /// <summary>
    /// How far plain back-propagation in float32 lies from the float64 gradient, or the reference where it does not go with the solver: what the
    /// precision takes, with which no method has to do.
    /// </summary>
    private double SingleRoundOff(CertifiedSolve frozen, CertifiedGradient reference)
    {
        var plain = new BackpropagationAdjoint();
        using var single = loss.Gradient(plain.Supports(frozen.Stepper, out _) ? frozen with { Adjoint = plain } : frozen, ScalarType.Float32);
        return GradientDistance.Worst(single.Gradient, reference.Gradient).Distance;
    }

    private Lane LaneOf(IStepper stepper)
    {
        if (!_lanes.TryGetValue(stepper.Name, out var lane))
        {
            var chosen = Usual with { Stepper = stepper, Controller = ControllerOf(stepper), Adjoint = loss.Reference };
            using var first = loss.Gradient(chosen);
            var frozen = chosen with { Grids = first.Result.Grids };
            double Loss()
            {
                using var here = loss.Gradient(frozen);
                return here.Result.Loss;
            }

            var reference = loss.Gradient(frozen);
            lane = new(frozen, reference, new(() => SingleRoundOff(frozen, reference)), [.. _directions.Select(direction => loss.IsSmooth ? DirectionalDerivative.Of(Loss, loss.Parameters, direction) : DirectionalDerivative.OfBent(Loss, loss.Parameters, direction))]);
            _lanes.Add(stepper.Name, lane);
        }

        return lane;
    }

    /// <summary>The model's own control where the solver can have it; else as many constant steps as dopri5 would make at its tolerance.</summary>
    private IStepSizeController ControllerOf(IStepper stepper)
    {
        if (Usual.Controller.Tolerances is null || stepper.EmbeddedOrder > 0)
        {
            return Usual.Controller;
        }

        var adaptive = LaneOf(StepperCatalog.Find("dopri5")!);
        return new ConstantStep(adaptive.Frozen.Grids!.Max(grid => grid.Count - 1));
    }

    private IStepSizeController FinerThan(IStepSizeController controller, int order) => controller switch
    {
        PidController pid => pid with { Tolerances = new(CertifyOptions.FinerThan(pid.Tolerances.Relative, order), CertifyOptions.FinerThan(pid.Tolerances.Absolute, order)) },
        ConstantStep constant => new ConstantStep(options.FinerSteps * constant.Steps),
        _ => throw new InvalidOperationException($"{controller.GetType().Name} has no finer one."),
    };

    private double? Distance(CertifiedGradient gradient)
    {
        if (!loss.ChoosesSteps)
        {
            return null;
        }

        return GradientDistance.Of(gradient.Gradient, Finest().Gradient);
    }

    private CertifiedGradient Finest()
    {
        double tolerance = CertifyOptions.FinestTolerance(loss.IsSmooth);
        return _finest ??= loss.Gradient(Usual with
        {
            Stepper = StepperCatalog.Find("dopri5")!,
            Controller = new PidController { Tolerances = new(tolerance, tolerance) },
            Adjoint = new CheckpointedAdjoint(),
            Limits = new() { MaxSteps = 100_000, Stop = stop },
        });
    }

    private static Certificate Filled(Certificate empty, CertifiedGradient gradient) => empty with
    {
        Drift = gradient.Result.Drift,
        Steps = gradient.Result.Forward.AcceptedSteps,
        NfeForward = gradient.Result.Forward.Evaluations,
        NfeBackward = gradient.Result.Backward.Evaluations + gradient.Result.Backward.Pullbacks,
        Seconds = gradient.Seconds,
        KeptBytes = gradient.Result.KeptBytes > 0 ? gradient.Result.KeptBytes : null,
    };

    /// <summary>What a solver's methods are compared with.</summary>
    /// <param name="Frozen">The reference, made on the steps that it chose first.</param>
    /// <param name="Reference">Its gradient.</param>
    /// <param name="SingleRoundOff">What float32 takes of it.</param>
    /// <param name="Differences">The derivatives along the directions, by differences.</param>
    private sealed record Lane(CertifiedSolve Frozen, CertifiedGradient Reference, Lazy<double> SingleRoundOff, IReadOnlyList<double> Differences);
}
