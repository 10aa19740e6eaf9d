using FlowOde.Cli.Failures;
using FlowOde.Cli.Runs;
using FlowOde.Cli.Settings;

namespace FlowOde.Cli.Verbs;

/// <summary>The weight of classifier-free guidance, which only means something to a model that learned to do without classes too.</summary>
internal static class Guidance
{
    /// <summary>The weight; 0 where none was given.</summary>
    /// <param name="text">What was typed, or null.</param>
    public static double Read(string? text) => Numbers.Finite(text, "--guidance") ?? 0;

    /// <summary>Refuses guidance by a model that was never trained without classes; says so where its last training was.</summary>
    /// <param name="weight">The weight.</param>
    /// <param name="loaded">The model.</param>
    /// <param name="folder">Its run.</param>
    /// <param name="notice">Is told what to mind.</param>
    /// <exception cref="UsageException">There is nothing to guide by.</exception>
    public static void Require(double weight, LoadedModel loaded, RunFolder folder, Action<string> notice)
    {
        if (weight == 0)
        {
            return;
        }

        if (loaded.Model.Options.ContextDimension == 0)
        {
            throw new UsageException($"--guidance {weight}: the model of '{folder.Path}' knows no classes, so there is nothing to guide by. Train with --condition class.");
        }

        var values = loaded.Config.Values;
        if (values.Text("objective") != ObjectiveSettings.FlowMatching)
        {
            notice($"The last training of '{folder.Path}', by likelihood, told the model every class; guidance goes by what it knew of images of no class before that, if anything.");
        }
        else if (values.Number("class-dropout") == 0)
        {
            throw new UsageException($"--guidance {weight}: the model of '{folder.Path}' was trained with --class-dropout 0, so it never saw images of no class to guide away from. Train with a --class-dropout above 0.");
        }
    }
}
