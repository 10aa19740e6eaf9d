using static TorchSharp.torch;

namespace FlowOde.Cli.Training;

/// <summary>Classes as what a field depends on: a unit vector each.</summary>
internal static class ClassContext
{
    /// <summary>The unit vectors of classes; zeros for a class of −1, which stands for none.</summary>
    /// <param name="labels">The class of each row.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="dtype">The type of numbers.</param>
    /// <param name="device">Where to put them.</param>
    /// <returns>[rows, classes]; belongs to the caller.</returns>
    public static Tensor Of(IReadOnlyList<int> labels, int classes, ScalarType dtype, Device device)
    {
        using var scope = NewDisposeScope();
        return tensor(Values(labels, classes), labels.Count, classes).to(dtype).to(device).MoveToOuterDisposeScope();
    }

    /// <summary>The same as numbers, [rows, classes] row by row; none where there are no classes.</summary>
    public static double[] Values(IReadOnlyList<int> labels, int classes)
    {
        var values = new double[labels.Count * classes];
        for (int row = 0; classes > 0 && row < labels.Count; row++)
        {
            if (labels[row] >= 0)
            {
                values[(row * classes) + labels[row]] = 1;
            }
        }

        return values;
    }
}
