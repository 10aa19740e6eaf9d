using System.Runtime.CompilerServices;
using TorchSharp;

namespace FlowOde.Tests;

/// <summary>One libtorch thread per test thread: two busy OpenMP pools on two cores spin against each other.</summary>
internal static class TorchThreads
{
#pragma warning disable CA2255 // a test assembly is an application: nobody else loads it
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void UseOne() => torch.set_num_threads(1);
}
