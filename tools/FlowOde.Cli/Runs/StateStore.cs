using FlowOde.Flows.Storage;
using FlowOde.Flows.Training;

namespace FlowOde.Cli.Runs;

/// <summary>A training state on disk.</summary>
internal static class StateStore
{
    private const string Counters = "training";

    /// <summary>Replaces the saved state.</summary>
    public static void Write(RunFolder folder, TrainingState state)
    {
        var metadata = new Dictionary<string, string> { ["kind"] = "flowode.state", [Counters] = CounterJson.Write(state) };
        AtomicFile.Write(folder.State, stream => SafetensorsWriter.Write(stream, [.. state.Vectors.Select(entry => (entry.Name, entry.Vector.Flat))], metadata));
    }

    /// <summary>Reads the saved state.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="intoState">A state of the same model, overwritten.</param>
    /// <exception cref="CheckpointFormatException">The file is damaged or belongs to another model.</exception>
    public static void Read(RunFolder folder, TrainingState intoState)
    {
        using var file = Checkpoint.Open(folder.State);
        if (!file.Metadata.TryGetValue(Counters, out string? counters))
        {
            throw new CheckpointFormatException($"{folder.State} holds no training state: its metadata lack '{Counters}'.");
        }

        try
        {
            foreach (var (name, vector) in intoState.Vectors)
            {
                vector.Flat.copy_(file.Require(name, [vector.Layout.Length], vector.DType));
            }

            CounterJson.Read(counters, intoState);
        }
        catch (CheckpointFormatException problem)
        {
            throw new CheckpointFormatException($"{folder.State}: {problem.Message}", problem);
        }
    }
}
