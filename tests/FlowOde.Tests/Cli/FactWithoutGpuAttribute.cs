using TorchSharp;

namespace FlowOde.Tests.Cli;

/// <summary>A test of what happens where there is no usable GPU.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FactWithoutGpuAttribute : FactAttribute
{
    public FactWithoutGpuAttribute()
    {
        if (torch.cuda.is_available())
        {
            Skip = "This machine has a usable GPU.";
        }
    }
}
