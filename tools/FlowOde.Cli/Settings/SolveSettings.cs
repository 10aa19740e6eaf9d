using FlowOde.Cli.Failures;
using FlowOde.Flows.Composition;
using FlowOde.Flows.Regularizers;
using FlowOde.Flows.TraceEstimators;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Tableaus;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Cli.Settings;

/// <summary>Reads how solves are made: in training, and in what is reported.</summary>
internal static class SolveSettings
{
    /// <summary>The tolerance of what is reported as a likelihood.</summary>
    public const double ScoreTolerance = 1e-6;

    /// <summary>The tolerance of samples of tables and points.</summary>
    public const double SampleTolerance = 1e-5;

    private const double ValidationTolerance = 1e-4;

    private const int ScoreMaxSteps = 100_000;

    private static readonly VectorLayout _flow = new(new Segment("z", 1), new Segment("deltaLogDensity", 1) { Role = SegmentRole.Quadrature });

    /// <summary>The solvers of flows: all but those for second-order systems.</summary>
    public static IEnumerable<string> Solvers => StepperCatalog.All
        .Where(stepper => stepper.Supports(_flow, out _))
        .Select(stepper => stepper.Name);

    /// <summary>Those of them whose steps can adapt.</summary>
    public static IEnumerable<string> AdaptiveSolvers => Solvers.Where(name => StepperCatalog.Find(name)!.EmbeddedOrder > 0);

    private static string Known => $"Known are: {string.Join(", ", Solvers)}; doubled- goes before any but multistep ones, coupled- before any explicit Runge–Kutta method, adams: and bdf: before an order.";

    /// <summary>The type of numbers in training.</summary>
    public static ScalarType DType(SettingValues values) => values.Text("dtype") == "float64" ? ScalarType.Float64 : ScalarType.Float32;

    /// <summary>The settings of training.</summary>
    /// <exception cref="UsageException">Solver, steps and gradient method do not go together.</exception>
    public static FlowSettings ForTraining(SettingValues values)
    {
        var stepper = StepperCatalog.Find(values.Text("solver"))!;
        var settings = ForCertifying(values) with
        {
            Adjoint = BackwardSolveSettings.Apply(AdjointSettings.For(values.Text("adjoint"), stepper, "--adjoint"), values, stepper, DType(values)),
        };
        StiffSettings.RequireTrainable(settings, values);
        return settings;
    }

    /// <summary>The settings of training, whose gradient method is replaced by those that are compared.</summary>
    public static FlowSettings ForCertifying(SettingValues values)
    {
        var stepper = StepperCatalog.Find(values.Text("solver"))!;
        var settings = new FlowSettings
        {
            Stepper = stepper,
            Controller = Controller(values, stepper, DType(values)),
            Norm = ErrorNormCatalog.Find(values.Text("error-norm"))!,
            Limits = new() { MaxSteps = (int)values.Integer("max-steps") },
            TapeBytes = ByteSize.Parse(values.Text("adjoint-memory"), "--adjoint-memory"),
            Trace = TraceSettings.ForTraining(values),
            Regularizers = [.. Penalties(values).Select(penalty => penalty.Regularizer)],
        };
        return StiffSettings.Apply(settings, values);
    }

    /// <summary>
    /// The settings of validation while a model trains: those of training where its steps adapt. A model that trains with constant steps comes to
    /// profit from their error, and its likelihood by the same steps is worth nothing: it is validated with steps that adapt.
    /// </summary>
    /// <param name="values">The run's settings.</param>
    public static FlowSettings ForValidation(SettingValues values) => values.Has("steps")
        ? ForScoring(values, ValidationTolerance, TraceSettings.ForTraining(values), CancellationToken.None) // a validation is part of its iteration
        : ForTraining(values) with { Regularizers = [] };

    /// <summary>The solver of a name, for flows.</summary>
    /// <param name="name">The name.</param>
    /// <param name="option">The option, for messages.</param>
    /// <exception cref="UsageException">There is no such solver for flows.</exception>
    public static IStepper SolverNamed(string name, string option) => ProblemOf(name) is { } problem ? throw new UsageException($"{option}: {problem}") : StepperCatalog.Find(name)!;

    /// <summary>What is wrong with a text as a solver of flows, or null.</summary>
    public static string? ProblemOf(string name)
    {
        try
        {
            if (StepperCatalog.Find(name) is { } stepper)
            {
                return stepper.Supports(_flow, out string reason) ? null : $"{reason} {Known}";
            }
        }
        catch (ArgumentOutOfRangeException problem)
        {
            return $"'{name}': {FailureReport.Plain(problem)}";
        }

        return $"'{name}' is not known.{Suggestion.For(name, Solvers)} {Known}";
    }

    /// <summary>The settings of reported scores: the run's method where it adapts, else dopri5, at a tolerance of its own.</summary>
    /// <param name="values">What was chosen for the run.</param>
    /// <param name="tolerance">Relative and absolute tolerance.</param>
    /// <param name="trace">The trace.</param>
    /// <param name="stop">Asks for an early end, also within a solve.</param>
    public static FlowSettings ForScoring(SettingValues values, double tolerance, ITraceEstimator trace, CancellationToken stop)
    {
        var stepper = StepperCatalog.Find(values.Text("solver"))!;
        var settings = new FlowSettings
        {
            Stepper = stepper.EmbeddedOrder > 0 ? stepper : StepperCatalog.Find("dopri5")!,
            Controller = new PidController { Tolerances = new(tolerance, tolerance) },
            Norm = ErrorNormCatalog.Find(values.Text("error-norm"))!,
            Limits = new() { MaxSteps = ScoreMaxSteps, Stop = stop },
            Trace = trace,
        };
        return StiffSettings.Apply(settings, values);
    }

    /// <summary>The settings of samples: the run's own solver, without penalties.</summary>
    /// <param name="values">The run's settings, with what was chosen anew.</param>
    /// <param name="dtype">The type of numbers.</param>
    /// <param name="most">The largest tolerances; null where tolerances were chosen anew, so that they hold as they are.</param>
    /// <param name="stop">Asks for an early end, also within a solve.</param>
    public static FlowSettings ForSampling(SettingValues values, ScalarType dtype, double? most, CancellationToken stop)
    {
        var stepper = StepperCatalog.Find(values.Text("solver"))!;
        var controller = Controller(values, stepper, dtype);
        if (most is { } tolerance && controller is PidController pid)
        {
            controller = pid with { Tolerances = new(Math.Min(pid.Tolerances.Relative, tolerance), Math.Min(pid.Tolerances.Absolute, tolerance)) };
        }

        return new()
        {
            Stepper = stepper,
            Controller = controller,
            Norm = ErrorNormCatalog.Find(values.Text("error-norm"))!,
            Limits = new() { MaxSteps = ScoreMaxSteps, Stop = stop },
            Trace = new ExactTrace(),
        };
    }

    /// <summary>The penalties with their weights.</summary>
    /// <exception cref="UsageException">A penalty is not known, given twice, or has no weight.</exception>
    public static IReadOnlyList<(IRegularizer Regularizer, double Weight)> Penalties(SettingValues values)
    {
        var found = new List<(IRegularizer Regularizer, double Weight)>();
        foreach (string text in values.List("regularize"))
        {
            string[] parts = text.Split('=', 2);
            if (parts.Length < 2 || !double.TryParse(parts[1], out double weight) || !(weight > 0) || !double.IsFinite(weight))
            {
                throw new UsageException($"--regularize: '{text}' is no NAME=WEIGHT with a positive weight, such as kinetic-energy=0.01.");
            }

            var regularizer = KnownRegularizers.All.FirstOrDefault(known => known.Name == parts[0])
                ?? throw new UsageException($"--regularize: '{parts[0]}' is not known.{Suggestion.For(parts[0], SettingCatalog.Regularizers)} Known are: {string.Join(", ", SettingCatalog.Regularizers)}.");
            if (found.Any(other => other.Regularizer.Name == regularizer.Name))
            {
                throw new UsageException($"--regularize: '{regularizer.Name}' is given twice; give it one weight.");
            }

            found.Add((regularizer, weight));
        }

        return found;
    }

    /// <summary>Tolerances that round-off of the state does not drown.</summary>
    /// <param name="tolerances">The tolerances.</param>
    /// <param name="dtype">The type of numbers.</param>
    /// <param name="option">The option of the relative one, for the message.</param>
    /// <exception cref="UsageException">They are below what the type can resolve.</exception>
    public static Tolerances Reachable(Tolerances tolerances, ScalarType dtype, string option)
    {
        try
        {
            tolerances.RequireReachable(dtype);
            return tolerances;
        }
        catch (ArgumentException problem)
        {
            throw new UsageException($"{option}: {problem.Message.Replace("or Float64", "or train with --dtype float64", StringComparison.Ordinal)}", problem);
        }
    }

    /// <summary>How steps are chosen.</summary>
    /// <param name="values">The settings.</param>
    /// <param name="stepper">The method.</param>
    /// <param name="dtype">The type of numbers.</param>
    /// <exception cref="UsageException">The method's steps cannot adapt, or the tolerances are below what the type can resolve.</exception>
    public static IStepSizeController Controller(SettingValues values, IStepper stepper, ScalarType dtype)
    {
        if (values.Has("steps"))
        {
            return new ConstantStep((int)values.Integer("steps"));
        }

        if (stepper.EmbeddedOrder == 0)
        {
            throw new UsageException($"--solver {stepper.Name} estimates no error, so its steps cannot adapt: give --steps N{(Doubling.Supports(stepper, out _) ? $", take {StepDoubling.Prefix}{stepper.Name}" : string.Empty)}, or choose one of {string.Join(", ", AdaptiveSolvers)}.");
        }

        return ControllerCatalog.Read(values, Reachable(new(values.Number("rtol"), values.Number("atol")), dtype, "--rtol"));
    }
}
