using BenchmarkDotNet.Running;
using FlowOde.Benchmarks;
using TorchSharp;

// One thread, so that a figure is the cost of the work and not of what else keeps the other cores busy.
torch.set_num_threads(1);
if (args is [Evaluation.Verb, var name, var threads] && int.TryParse(threads, out int count))
{
    return Evaluation.Print(name, count);
}

var summaries = BenchmarkSwitcher.FromAssembly(typeof(ShortRuns).Assembly).Run(args.Length == 0 ? ["--filter", "*"] : args, ShortRuns.Config);
return summaries.All(summary => !summary.HasCriticalValidationErrors && summary.Reports.All(report => report.Success)) ? 0 : 1;
