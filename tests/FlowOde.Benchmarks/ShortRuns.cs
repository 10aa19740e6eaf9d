using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;

namespace FlowOde.Benchmarks;

/// <summary>How benchmarks are run unless the command line says otherwise: shortly, and in this process.</summary>
internal static class ShortRuns
{
    /// <summary>Three iterations of 150 ms to warm up and seven that count, with the managed bytes of each operation.</summary>
    public static IConfig Config => ManualConfig.Create(DefaultConfig.Instance)
        .AddJob(Job.Default
            .WithToolchain(InProcessEmitToolchain.Instance) // the projects that are generated for other toolchains do not find libtorch
            .WithIterationTime(TimeInterval.FromMilliseconds(150))
            .WithWarmupCount(3)
            .WithIterationCount(7)
            .AsDefault())
        .AddDiagnoser(MemoryDiagnoser.Default)
        .AddColumn(StatisticColumn.Median)
        .WithArtifactsPath(Path.Combine("artifacts", "benchmarks"));
}
