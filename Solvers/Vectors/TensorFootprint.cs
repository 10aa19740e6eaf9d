namespace FlowOde.Solvers.Vectors;

/// <summary>What tensors take of memory beside their content, as budgets count it. Measured; in bytes.</summary>
public static class TensorFootprint
{
    private const long HandleBytes = 896; // the native and managed objects of a tensor or view, with what autograd notes of a view
    private const long PageBytes = 4096;
    private const long LargeBlock = 64 << 10;

    /// <summary>The footprint of one block of memory with the tensors over it.</summary>
    /// <param name="content">Bytes of the block.</param>
    /// <param name="tensors">Tensors and views over it.</param>
    /// <returns>The content, its tensors' objects, and the page that a large block takes for its header.</returns>
    public static long Of(long content, int tensors) => content + (tensors * HandleBytes) + (content >= LargeBlock ? PageBytes : 0);
}
