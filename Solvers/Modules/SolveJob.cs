using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;
using TorchSharp;
using static TorchSharp.torch;

namespace FlowOde.Solvers.Modules;

/// <summary>One recorded solve between its forward and its backward pass.</summary>
internal sealed class SolveJob : IDisposable
{
    private readonly OdeModule _module;
    private readonly IDifferentiableField _field;
    private readonly FlatVector _start;
    private readonly FlatVector _parameters;
    private readonly VectorLayout _states;
    private readonly ScalarType _dtype;
    private readonly Device _device;
    private readonly bool _isTrajectory;
    private RecordedSolve? _record;
    private Tensor? _output;
    private List<Tensor>? _kept; // autograd reads what the backward pass returned after it has returned

    /// <summary>Takes over a record and its start.</summary>
    public SolveJob(OdeModule module, IDifferentiableField field, RecordedSolve record, FlatVector start, bool isTrajectory)
    {
        (_module, _field, _record, _start, _isTrajectory) = (module, field, record, start, isTrajectory);
        (_states, _dtype, _device) = (start.Layout, start.DType, start.Device);
        _output = StateColumns.Gather(record.States, isTrajectory);
        _parameters = field.Parameters.Clone();
    }

    /// <summary>The output, once; it belongs to the graph from then on.</summary>
    public Tensor TakeOutput()
    {
        var output = _output!;
        _output = null;
        return output;
    }

    /// <summary>The cotangents of the function's arguments: none of the job, then of the state and the parameters; NaN where the pass fails.</summary>
    public List<Tensor> Pullback(Tensor cotangent)
    {
        using var scope = NewDisposeScope(); // autograd may call on a thread of its own
        using var gradient = new FlatVector(_field.Parameters.Layout, _field.Parameters.DType, _field.Parameters.Device);
        using var start = new FlatVector(_states, _dtype, _device);
        try
        {
            Pull(cotangent, start, gradient);
        }
        catch (Exception problem)
        {
            // Whatever it is: thrown from here it would end the process.
            _module.Fail(problem);
            using Scalar nothing = double.NaN;
            start.Flat.fill_(nothing);
            gradient.Flat.fill_(nothing);
        }

        using var noGradient = no_grad();
        _kept = [StateColumns.Gather(start), .. gradient.Layout.Segments.Select((_, i) => gradient[i].clone())];
        _kept.ForEach(tensor => tensor.MoveToOuterDisposeScope());
        Dispose();
        return [null!, .. _kept];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _record?.Dispose();
        _record = null;
        _output?.Dispose();
        _output = null;
        _start.Dispose();
        _parameters.Dispose();
    }

    private void Pull(Tensor cotangent, FlatVector intoStart, FlatVector intoGradient)
    {
        var record = _record ?? throw new InvalidOperationException("This graph through a solve was used already, and its tapes are gone; call the module again instead of retaining the graph.");
        if (is_grad_enabled())
        {
            throw new InvalidOperationException("There are no second derivatives through a recorded solve; do without create_graph, or write the solve as torch operations (the gradient method backpropagation says how).");
        }

        using var noGradient = no_grad();
        if (!_parameters.Flat.eq(_field.Parameters.Flat).all().item<bool>())
        {
            throw new InvalidOperationException("The field's parameters were changed between the forward and the backward pass, so that the tapes belong to others. Update parameters after the backward pass.");
        }

        FlatVector[] cotangents = [.. record.States.Select(state => state.CreateLike())];
        try
        {
            for (int k = 0; k < cotangents.Length; k++)
            {
                if (_isTrajectory || k == cotangents.Length - 1)
                {
                    StateColumns.Scatter(_isTrajectory ? cotangent.select(0, k) : cotangent, cotangents[k]);
                }
            }

            record.Pullback(cotangents, intoStart, intoGradient);
        }
        finally
        {
            Array.ForEach(cotangents, vector => vector.Dispose());
        }
    }
}
