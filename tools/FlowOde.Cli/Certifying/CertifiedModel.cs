using FlowOde.Cli.Failures;
using FlowOde.Cli.Settings;
using FlowOde.Flows.Classification.Chains;
using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Steppers;

namespace FlowOde.Cli.Certifying;

/// <summary>A model that is to be certified, with the gradient methods that it can have.</summary>
/// <param name="Name">The run or the data.</param>
/// <param name="Values">Its settings.</param>
/// <param name="Open">Its loss; belongs to the caller.</param>
internal sealed record CertifiedModel(string Name, SettingValues Values, Func<CertifiedLoss> Open)
{
    /// <summary>In place of a gradient method, of architectures whose gradient has a way of its own.</summary>
    public const string OwnMethod = "own";

    /// <summary>The architecture of a classifier; null for a flow.</summary>
    public Architecture? Architecture { get; init; }

    /// <summary>Rows of the batch.</summary>
    public int Rows => (int)Values.Integer("batch");

    private bool ChoosesSolver => Architecture is null or { ChoosesSteps: true };

    private bool ChoosesMethod => Architecture is not { HasOwnGradient: true };

    private IStepper Stepper => Architecture?.Method ?? StepperCatalog.Find(Values.Text("solver"))!;

    /// <summary>Whether undoing steps brings channels that started at zero back as round-off, which norms magnify and relu takes to its other side.</summary>
    private bool BendsAtZero => Architecture is { IsAugmented: true };

    /// <summary>
    /// All gradient methods; of a network with a number of steps of its own not those that differentiate the equation in place of the steps, and of one with
    /// channels of zeros not the one that undoes steps.
    /// </summary>
    private IEnumerable<string> Usual => AdjointCatalog.All
        .Where(adjoint => adjoint switch { ContinuousAdjoint => ChoosesSolver, ReversibleAdjoint => !BendsAtZero, _ => true })
        .Select(adjoint => adjoint.Name);

    /// <summary>What options of pairs say nothing about this model: each with the reason.</summary>
    public IReadOnlyDictionary<string, string> Idle
    {
        get
        {
            var idle = new Dictionary<string, string>();
            if (!ChoosesMethod)
            {
                idle["--adjoints"] = $"--adjoints says nothing about --architecture {Architecture!.Name}, whose gradient has its own way.";
            }

            if (!ChoosesSolver)
            {
                idle["--solvers"] = $"--solvers says nothing about --architecture {Architecture!.Name}, whose steps have their own method.";
            }

            return idle;
        }
    }

    /// <summary>Gradient methods with the solvers that they are tried with.</summary>
    /// <param name="adjoints">What was asked for, or null for all.</param>
    /// <param name="solvers">What was asked for, or null for the model's own.</param>
    /// <param name="isAlone">Whether what was asked for is meant for this model alone, and so refused where it does not go with it.</param>
    /// <param name="notice">Is told where a method takes another solver, or has none.</param>
    /// <exception cref="UsageException">A name is not known, or two do not go together.</exception>
    public IReadOnlyList<CertifiedPair> Pairs(string[]? adjoints, string[]? solvers, bool isAlone, Action<string> notice)
    {
        if (!ChoosesMethod)
        {
            return [new(new AutoAdjoint(), StepperCatalog.Find("dopri5")!) { Method = OwnMethod, Solver = Architecture!.Name, UndoesSteps = Architecture.UndoesSteps }];
        }

        if (adjoints is null && BendsAtZero && Values.Text("adjoint") != "reversible")
        {
            notice($"reversible is left out: it brings the channels of {Architecture!.Name} that start at zero back as round-off, where relu bends. --adjoints reversible tries it.");
        }

        var pairs = new List<CertifiedPair>();
        foreach (var stepper in ChoosesSolver && solvers is not null ? solvers.Select(name => SolveSettings.SolverNamed(name, "--solvers")) : [Stepper])
        {
            foreach (string text in adjoints ?? [.. Usual.Append(Values.Text("adjoint")).Distinct()])
            {
                if (AdjointSettings.Problem(text) is { } problem)
                {
                    throw new UsageException($"--adjoints: {problem}");
                }

                if (PairOf(AdjointCatalog.Find(text)!, stepper, text, isAsked: adjoints is not null && (ChoosesSolver ? solvers is not null : isAlone), notice) is { } pair)
                {
                    pairs.Add(pair);
                }
            }
        }

        return [.. pairs.Distinct()];
    }

    private CertifiedPair? PairOf(IAdjoint adjoint, IStepper stepper, string text, bool isAsked, Action<string> notice)
    {
        if (adjoint.Supports(stepper, out string reason))
        {
            return new(adjoint, stepper);
        }

        if (isAsked)
        {
            throw new UsageException($"--adjoints {text} does not work with {(ChoosesSolver ? $"--solvers {stepper.Name}" : $"--architecture {Architecture!.Name}, whose steps are those of {stepper.Name}")}: {reason}");
        }

        if (!ChoosesSolver)
        {
            notice($"{text} does not go with {stepper.Name}, the method of {Architecture!.Name}: left out.");
            return null;
        }

        var other = AdjointSettings.SolverFor(adjoint, stepper);
        notice($"{text} does not go with {stepper.Name}: tried with {other.Name}.");
        return new(adjoint, other);
    }
}
