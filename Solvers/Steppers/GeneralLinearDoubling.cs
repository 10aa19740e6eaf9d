using FlowOde.Solvers.Tableaus;

namespace FlowOde.Solvers.Steppers;

/// <summary>
/// Two half steps of a general linear method as one step, with the error that one whole step from the same carried vectors shows: (y₂ − w)/(2^p − 1). The two half steps go on as they
/// are, so that a method that can be undone still can; each step's error is then of the size of the tolerance, and that of the solution falls as its power p/(p + 1).
/// </summary>
/// <remarks>
/// Richardson 1910; Hairer, Nørsett, Wanner, Solving ODEs I, II.4. Sound where a step of any length may start from what is carried: the velocity of the asynchronous leapfrog and the second state of couplings are values at
/// the step's start to the method's order, and the second state of the reversible Heun method is after two steps of one length to one order more. The whole step is evaluated where steps are judged and not elsewhere; its stages are shared with the first half's that have
/// nothing of h in them.
/// </remarks>
internal static class GeneralLinearDoubling
{
    /// <summary>The doubled method.</summary>
    public static GeneralLinearTableau Of(GeneralLinearTableau method)
    {
        var (step, carried) = (method.Step, method.Carried.Length);
        double[] nodes = step.Nodes;
        return method with
        {
            Name = StepDoubling.Prefix + method.Name,
            EmbeddedOrder = method.Order,
            Step = Twice(step, carried, [.. nodes.Select(node => node / 2), .. nodes.Select(node => (1 + node) / 2)]),
            Inverse = method.Inverse is not { } inverse ? null : Twice(inverse, carried, [.. inverse.Nodes.Select(node => (1 + node) / 2), .. inverse.Nodes.Select(node => node / 2)]),
            Estimate = Difference(step, carried, method.Order),
        };
    }

    /// <summary>A pass of half the length, and once more from what it led to.</summary>
    private static GeneralLinearPass Twice(GeneralLinearPass pass, int carried, double[] nodes) => new(nodes, [.. pass.Parts.Select(rows =>
    {
        var (stages, outputs) = (rows.Stages.Select(Halved).ToArray(), rows.Outputs.Select(Halved).ToArray());
        return new GeneralLinearRows([.. stages, .. stages.Select(row => After(outputs, row, carried))], [.. outputs.Select(row => After(outputs, row, carried))]);
    })]);

    /// <summary>What two half steps and a whole one differ by, over 2^p − 1; its stages are the whole step's.</summary>
    private static GeneralLinearPass Difference(GeneralLinearPass step, int carried, int order)
    {
        int s = step.Stages;
        int[] own = [.. Enumerable.Range(0, s).Where(stage => step.Nodes[stage] != 0 || step.Parts.Any(rows => !IsOfTheStart(rows.Stages[stage], carried)))];
        StepCoefficient[] Whole(StepCoefficient[] row)
        {
            var stages = new StepCoefficient[s];
            row[carried..].CopyTo(stages, 0);
            StepCoefficient[] shared = [.. stages.Select((coefficient, stage) => own.Contains(stage) ? 0 : coefficient)];
            return [.. row[..carried], .. shared, .. new StepCoefficient[s], .. own.Select(stage => stages[stage])];
        }

        GeneralLinearRows Part(GeneralLinearRows rows)
        {
            StepCoefficient[][] outputs = [.. rows.Outputs.Select(Halved)];
            StepCoefficient[] halves = [.. After(outputs, outputs[0], carried), .. new StepCoefficient[own.Length]];
            double share = 1 / (Math.Pow(2, order) - 1);
            StepCoefficient[] error = [.. halves.Zip(Whole(rows.Outputs[0]), (half, whole) => half.Plus(whole.Times(-1)).Times(share))];
            return new([.. own.Select((stage, i) => Whole(rows.Stages[stage])[..(carried + s + s + i)])], [error]);
        }

        return new([.. own.Select(stage => step.Nodes[stage])], [.. step.Parts.Select(Part)]);
    }

    /// <summary>Whether a stage is evaluated at the same point whatever the step's length.</summary>
    private static bool IsOfTheStart(StepCoefficient[] row, int carried) =>
        row.Select((coefficient, i) => coefficient.Factor == 0 || (i < carried && !coefficient.TimesStep)).All(holds => holds);

    /// <summary>A row of the second half over what the first one started from, its stages and those of the second.</summary>
    private static StepCoefficient[] After(StepCoefficient[][] outputs, StepCoefficient[] row, int carried)
    {
        var sum = new StepCoefficient[outputs[0].Length];
        for (int j = 0; j < carried; j++)
        {
            for (int i = 0; i < sum.Length; i++)
            {
                sum[i] = sum[i].Plus(row[j].Times(outputs[j][i]));
            }
        }

        return [.. sum, .. row[carried..]];
    }

    private static StepCoefficient[] Halved(StepCoefficient[] row) => [.. row.Select(coefficient => coefficient.Stretched(0.5))];
}
