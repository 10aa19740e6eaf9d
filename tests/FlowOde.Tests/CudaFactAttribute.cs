using static TorchSharp.torch;

namespace FlowOde.Tests;

/// <summary>A test that needs a GPU and a build with <c>-p:Backend=cuda</c>; reported as skipped elsewhere.</summary>
internal sealed class CudaFactAttribute : FactAttribute
{
    public CudaFactAttribute()
    {
        if (!cuda.is_available())
        {
            Skip = "No CUDA device, or a build without -p:Backend=cuda.";
        }
    }
}
