using System.Runtime.InteropServices;
using System.Security.Cryptography;
using FlowOde.Data.ToyDensities;
using FlowOde.Flows.Randomness;

namespace FlowOde.Cli.Training;

/// <summary>A density with samples without end: each step draws fresh rows, so nothing can be learnt by heart.</summary>
internal sealed class ToyTrainingData : TrainingData
{
    /// <summary>Fresh rows of each part that is scored.</summary>
    public const int PartRows = 10_000;

    // Training steps count from 0; the parts' draws lie where no run gets to.
    private const long FirstPart = 1L << 43;

    /// <inheritdoc/>
    public override int? TrainRows => null;

    /// <summary>Prepares a toy or a picture.</summary>
    /// <param name="toy">The density.</param>
    /// <param name="address">The name or whole path.</param>
    /// <param name="source">The run's draws.</param>
    public static ToyTrainingData Make(IToyDensity toy, string address, RandomSource source)
    {
        var train = Part(toy, source, 0);
        return new()
        {
            Name = toy.Name,
            Address = address,
            Digest = DigestOf(toy),
            Columns = ["x", "y"],
            Truth = toy,
            Train = train,
            Validation = Part(toy, source, 1),
            Test = Part(toy, source, 2),
            Standardize = Standardization.Of(train, ["x", "y"], toy.Name),
        };
    }

    /// <summary>Fresh rows of a density.</summary>
    /// <param name="toy">The density.</param>
    /// <param name="source">The run's draws.</param>
    /// <param name="part">Which of the disjoint sets.</param>
    public static DataPart Part(IToyDensity toy, RandomSource source, int part)
    {
        var values = new double[2 * PartRows];
        toy.Sample(new PhiloxUniforms(new(source, RandomPurpose.Toy, FirstPart + part)), PartRows, values);
        return new(values, [], 2);
    }

    /// <inheritdoc/>
    public override void FillBatch(RandomSource source, long step, double[] intoValues, long[] intoRows)
    {
        Truth!.Sample(new PhiloxUniforms(new(source, RandomPurpose.Toy, step)), intoRows.Length, intoValues);
        for (int i = 0; i < intoRows.Length; i++)
        {
            intoRows[i] = i;
        }
    }

    /// <summary>A digest of what the density draws: a picture that changed draws other rows.</summary>
    private static string DigestOf(IToyDensity toy)
    {
        const int rows = 1000;
        var values = new double[2 * rows];
        toy.Sample(new PhiloxUniforms(new(new RandomSource(0), RandomPurpose.Toy, 0)), rows, values);
        return Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes<double>(values)));
    }
}
