using FlowOde.Cli.Runs;
using FlowOde.Solvers;
using static TorchSharp.torch;

namespace FlowOde.Cli.Pictures;

/// <summary>Pictures of what a model of images makes of the same noise while it trains, one behind each validation.</summary>
/// <param name="folder">The run.</param>
/// <param name="config">What it is made by.</param>
/// <param name="device">Where to compute.</param>
/// <param name="notice">Is told what went wrong.</param>
internal sealed class Previews(RunFolder folder, RunConfig config, Device device, Action<string> notice)
{
    private const string Folder = "previews";

    /// <summary>Draws a preview, where the run is of images and wants any.</summary>
    /// <param name="trained">The model so far.</param>
    /// <param name="iteration">Iterations made.</param>
    public void Draw(TrainedModel trained, long iteration)
    {
        if (config.Image is not { } image || config.Values.Integer("previews") is var count && count == 0)
        {
            return;
        }

        try
        {
            var book = new ImageBook(new ImageView(trained, config.Values, image, device), Path.GetFileName(folder.Path), $"iteration {iteration}");
            Directory.CreateDirectory(folder.File(Folder));
            FigureFile.Write(folder.File(Path.Combine(Folder, $"{iteration:D7}.png")), book.Samples((int)count));
        }
        catch (OdeSolveException problem)
        {
            notice($"No preview after iteration {iteration}: {problem.Message}"); // a model that is still rough; training goes on
        }
    }
}
