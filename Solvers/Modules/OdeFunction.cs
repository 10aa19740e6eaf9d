using static TorchSharp.torch;

namespace FlowOde.Solvers.Modules;

/// <summary>The node of a solve in autograd's graph. Arguments: the job, the state, the parameters. Nothing may be thrown in here.</summary>
internal sealed class OdeFunction : autograd.SingleTensorFunction<OdeFunction>
{
    private const string Job = "job";

    /// <inheritdoc/>
    public override string Name => nameof(OdeFunction);

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext context, params object[] arguments)
    {
        var job = (SolveJob)arguments[0];
        context.save_data(Job, job);
        return job.TakeOutput();
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext context, Tensor cotangent) => ((SolveJob)context.get_data(Job)).Pullback(cotangent);
}
