using System.Diagnostics;
using System.Text.Json;
using FlowOde.Flows.Networks;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Benchmarks;

/// <summary>
/// Times one evaluation of a whole batch with its rows divided over threads, as a training step divides them: what peers/evaluation.py times of the peer.
/// </summary>
public static class Evaluation
{
    /// <summary>The word on the command line that asks for this.</summary>
    public const string Verb = "evaluation";

    private const int Repeats = 7;

    /// <summary>Prints one line of JSON: the median milliseconds of an evaluation (<c>forward</c>), and of one with the pullback to input and parameters (<c>adjoint</c>).</summary>
    /// <param name="name">How the name of one of <see cref="SweepCase.All"/> starts.</param>
    /// <param name="threads">Parts that the rows are divided into, each with its thread.</param>
    /// <returns>The program's exit code.</returns>
    public static int Print(string name, int threads)
    {
        var work = SweepCase.All.FirstOrDefault(candidate => candidate.Name.StartsWith(name, StringComparison.OrdinalIgnoreCase));
        if (work is null || threads < 1 || threads > work.Rows)
        {
            Console.Error.WriteLine($"{Verb}: asked for '{name}' on {threads} threads; there are {string.Join("; ", SweepCase.All)}, on 1 thread or more.");
            return 2;
        }

        using var parameters = Seeded.Parameters(work.Options);
        var network = work.Options.CreateNetwork(parameters);
        var shares = Enumerable.Range(0, threads).Select(i => new Share(work, network, (work.Rows * (i + 1) / threads) - (work.Rows * i / threads))).ToList();
        try
        {
            double forward = Milliseconds(shares, share => share.Forward());
            double adjoint = Milliseconds(shares, share => share.ForwardAndBack());
            Console.WriteLine(JsonSerializer.Serialize(new { work = work.Name, rows = work.Rows, threads, forward, adjoint }));
        }
        finally
        {
            shares.ForEach(share => share.Dispose());
        }

        return 0;
    }

    private static double Milliseconds(List<Share> shares, Action<Share> work)
    {
        var times = new List<double>();
        using var start = new Barrier(shares.Count);
        var threads = shares.Select((share, i) => new Thread(() => Run(share, i == 0))).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        times.Sort();
        return times[times.Count / 2];

        void Run(Share share, bool keepsTime)
        {
            set_num_threads(1);
            for (int i = -2; i < Repeats; i++)
            {
                start.SignalAndWait();
                long began = Stopwatch.GetTimestamp();
                work(share);
                start.SignalAndWait();
                if (keepsTime && i >= 0)
                {
                    times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
                }
            }
        }
    }

    /// <summary>The rows of one thread.</summary>
    private sealed class Share : IDisposable
    {
        private const double Time = 0.3;

        private readonly INetwork _network;
        private readonly NetworkWorkspace _workspace;
        private readonly NetworkTape _tape;
        private readonly Tensor _inputCotangent;
        private readonly FlatVector _gradient;

        public Share(SweepCase work, INetwork network, int rows)
        {
            _network = network;
            _workspace = network.CreateWorkspace(new(rows, ScalarType.Float32, CPU), work.Tangents);
            _tape = _workspace.CreateTape();
            _inputCotangent = zeros(rows, network.Dimension);
            _gradient = new(work.Options.ParameterLayout, ScalarType.Float32);
            Seeded.Fill(_tape.Input);
            Seeded.Fill(_workspace.OutputCotangent);
        }

        public void Forward() => _network.Forward(Time, _tape);

        public void ForwardAndBack()
        {
            Forward();
            _network.Pullback(_tape, _inputCotangent);
            _network.PullbackParameters(_tape, 1, _gradient, null);
        }

        public void Dispose()
        {
            _gradient.Dispose();
            _inputCotangent.Dispose();
            _tape.Dispose();
            _workspace.Dispose();
        }
    }
}
