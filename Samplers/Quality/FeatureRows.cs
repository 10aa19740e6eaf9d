using static TorchSharp.torch;

namespace FlowOde.Samplers.Quality;

/// <summary>Checks the rows that quality measures compare, and brings them to float64 on the CPU.</summary>
internal static class FeatureRows
{
    /// <summary>Two sets of rows with the same columns; temporaries of the caller's scope.</summary>
    /// <exception cref="ArgumentException">They are no finite matrices of equal width, or have too few rows.</exception>
    internal static (Tensor First, Tensor Second) Pair(Tensor first, Tensor second, int fewest)
    {
        var pair = (One(first, nameof(first), fewest), One(second, nameof(second), fewest));
        return first.size(1) == second.size(1)
            ? pair
            : throw new ArgumentException($"Rows of {first.size(1)} and of {second.size(1)} numbers cannot be compared; use the same features for both.", nameof(second));
    }

    /// <summary>One set of rows.</summary>
    internal static Tensor One(Tensor rows, string name, int fewest)
    {
        ArgumentNullException.ThrowIfNull(rows, name);
        if (rows.dim() != 2 || rows.size(0) < fewest || rows.size(1) < 1)
        {
            throw new ArgumentException($"Features are [rows, columns] with at least {fewest} rows; found [{string.Join(", ", rows.shape)}].", name);
        }

        var values = rows.detach().cpu().to(ScalarType.Float64).contiguous();
        return values.isfinite().all().item<bool>()
            ? values
            : throw new ArgumentException($"There are numbers among the {rows.size(0)} rows that are not finite. Leave such rows out, and say how many they were.", name);
    }
}
