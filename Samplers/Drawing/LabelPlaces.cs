namespace FlowOde.Samplers.Drawing;

/// <summary>Finds places for labels beside a frame.</summary>
internal static class LabelPlaces
{
    /// <summary>Moves positions apart, as little as it takes, until neighbours have a distance.</summary>
    /// <param name="wanted">Positions, ascending.</param>
    /// <param name="distance">The least distance between two.</param>
    /// <param name="low">The least position, as long as there is room.</param>
    /// <param name="high">The largest position, as long as there is room.</param>
    /// <returns>A place for each, in their order. Where there is no room for all, they begin at <paramref name="low"/> and go beyond <paramref name="high"/>.</returns>
    /// <remarks>Labels that touch move together, as one block around the mean of where they want to be.</remarks>
    public static float[] Spread(float[] wanted, float distance, float low, float high)
    {
        var blocks = new List<(double Sum, int Count)>(); // Sum of the wanted positions, each moved to that of its block's first
        double Start((double Sum, int Count) block) => Math.Max(low, Math.Min(block.Sum / block.Count, high - ((block.Count - 1) * distance)));
        foreach (float place in wanted)
        {
            blocks.Add((place, 1));
            while (blocks.Count > 1 && Start(blocks[^2]) + (blocks[^2].Count * distance) > Start(blocks[^1]))
            {
                var (before, last) = (blocks[^2], blocks[^1]);
                blocks.RemoveRange(blocks.Count - 2, 2);
                blocks.Add((before.Sum + last.Sum - (last.Count * before.Count * distance), before.Count + last.Count));
            }
        }

        return [.. blocks.SelectMany(block => Enumerable.Range(0, block.Count).Select(i => (float)(Start(block) + (i * distance))))];
    }
}
