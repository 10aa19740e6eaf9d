namespace FlowOde.Solvers.Tableaus;

/// <summary>A rooted tree, which stands for one elementary differential of the exact solution and so for one order condition.</summary>
/// <remarks>Hairer, Nørsett, Wanner, Solving ODEs I, II.2.</remarks>
internal sealed class RootedTree
{
    private readonly RootedTree[] _children;
    private readonly int _rank;

    private RootedTree(RootedTree[] children, int rank)
    {
        (_children, _rank) = (children, rank);
        Order = 1 + children.Sum(child => child.Order);
        Symmetry = children.GroupBy(child => child._rank).Aggregate(1.0, (product, same) => product * Enumerable.Range(1, same.Count()).Aggregate(1.0, (p, n) => p * n * same.First().Symmetry));
        Density = children.Aggregate((double)Order, (product, child) => product * child.Density);
    }

    /// <summary>Number of vertices.</summary>
    public int Order { get; }

    /// <summary>γ(τ) = |τ| Π γ(τ_k).</summary>
    public double Density { get; }

    /// <summary>σ(τ): the number of ways in which the tree maps onto itself, Π m! σ(τ_k)^m over its different subtrees.</summary>
    public double Symmetry { get; }

    /// <summary>All trees with at most this many vertices, smallest first.</summary>
    public static IReadOnlyList<RootedTree> UpTo(int order)
    {
        var all = new List<RootedTree> { new([], 0) };
        for (int n = 2; n <= order; n++)
        {
            // Children in order of rank, so that each multiset of subtrees comes once.
            foreach (var children in Forests(all.ToArray(), n - 1, 0))
            {
                all.Add(new([.. children], all.Count));
            }
        }

        return order < 1 ? [] : all;
    }

    /// <summary>The tree in brackets, • being one vertex.</summary>
    public override string ToString() => _children.Length == 0 ? "•" : $"[{string.Concat(_children.Select(c => c.ToString()))}]";

    /// <summary>Φ_i(τ) = Π_k Σ_j a_ij Φ_j(τ_k) of every stage.</summary>
    public double[] ElementaryWeights(double[][] a)
    {
        var weights = new double[a.Length];
        Array.Fill(weights, 1.0);
        foreach (var child in _children)
        {
            double[] inner = child.ElementaryWeights(a);
            for (int i = 0; i < a.Length; i++)
            {
                double sum = 0;
                for (int j = 0; j < a[i].Length; j++)
                {
                    sum += a[i][j] * inner[j];
                }

                weights[i] *= sum;
            }
        }

        return weights;
    }

    private static IEnumerable<IEnumerable<RootedTree>> Forests(RootedTree[] trees, int vertices, int fromRank)
    {
        if (vertices == 0)
        {
            return [[]];
        }

        return trees.Where(tree => tree._rank >= fromRank && tree.Order <= vertices)
            .SelectMany(tree => Forests(trees, vertices - tree.Order, tree._rank).Select(rest => rest.Prepend(tree)));
    }
}
