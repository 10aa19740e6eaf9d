using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FlowOde.Tests.Solvers;

/// <summary>A module of two columns that depends on time, with seeded parameters in ±1.</summary>
internal sealed class TimeMlp : nn.Module<Tensor, Tensor, Tensor>
{
    private readonly Linear _in;
    private readonly Linear _out;

    public TimeMlp(int seed, ScalarType dtype = ScalarType.Float64)
        : base(nameof(TimeMlp))
    {
        _in = nn.Linear(3, 5, dtype: dtype);
        _out = nn.Linear(5, 2, dtype: dtype);
        RegisterComponents();
        var random = new Random(seed);
        foreach (var parameter in parameters())
        {
            using var values = tensor(Enumerable.Range(0, (int)parameter.numel()).Select(_ => (2 * random.NextDouble()) - 1).ToArray());
            using (no_grad())
            {
                parameter.copy_(values.reshape(parameter.shape));
            }
        }
    }

    public override Tensor forward(Tensor time, Tensor state)
    {
        var input = cat([state, time.reshape(-1, 1).expand(state.shape[0], 1)], 1);
        return _out.forward(_in.forward(input).tanh());
    }
}
