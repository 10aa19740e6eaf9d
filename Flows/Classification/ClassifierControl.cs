using FlowOde.Flows.Classification.Blocks;
using FlowOde.Flows.Layers;
using FlowOde.Flows.Networks;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.OptimalControl;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.Vectors;
using TorchSharp;
using static TorchSharp.torch;

namespace FlowOde.Flows.Classification;

/// <summary>A residual network as a problem of optimal control: its blocks' weights are the controls, its stem makes the first state, and its head is the terminal cost.</summary>
internal sealed class ClassifierControl
{
    private readonly OdeClassifier _model;
    private readonly FlatVector _parameters;

    /// <param name="model">The classifier.</param>
    /// <param name="parameters">Its parameters, followed as they change.</param>
    /// <exception cref="ArgumentException">The chain is not Euler's method with a set of weights for each step.</exception>
    internal ClassifierControl(OdeClassifier model, FlatVector parameters)
    {
        var options = model.Options;
        if (options.Architecture.Method is not { } method || method != StepperCatalog.Find("euler") || options.Blocks != options.Depth)
        {
            throw new ArgumentException($"Successive approximations train the blocks of a residual network, each with its own weights (resnet without shared weights); found '{options.Architecture.Name}'{(options.IsShared ? " with shared weights" : "")}.");
        }

        (_model, _parameters) = (model, parameters);
        Field = new(model.Block, parameters.Slice(model.Block.Parameters.Layout, model.Offsets[1]).Clone(), true);
    }

    /// <summary>The block, over weights of its own, which sweeps overwrite.</summary>
    internal BlockField Field { get; }

    /// <summary>The state behind the stem; belongs to the caller.</summary>
    internal FlatVector Start(Tensor rows)
    {
        var start = new FlatVector(Field.StateLayout(rows.size(0)), _parameters.DType, _parameters.Device);
        using var scope = NewDisposeScope();
        start[0].copy_(_model.Stem.Express(_model.Standardised(rows), ExpressedParameters.Tensors(Stem(_parameters))));
        return start;
    }

    /// <summary>The problem of one batch.</summary>
    internal ControlProblem Problem(FlatVector start, ITerminalCost cost)
    {
        int layers = _model.Options.Depth;
        return new() { Field = Field, Start = start, Grid = [.. Enumerable.Range(0, layers + 1).Select(n => (double)n / layers)], Terminal = cost };
    }

    /// <summary>The head with the classes of one batch.</summary>
    internal HeadCost Terminal(Tensor classes) => new(_model.Head, Head(_parameters), classes);

    /// <summary>The blocks' part of parameters, one a layer.</summary>
    internal FlatVector[] Controls(FlatVector parameters) => [.. Enumerable.Range(1, _model.Options.Depth).Select(i => parameters.Slice(_model.Block.Parameters.Layout, _model.Offsets[i]))];

    /// <summary>The stem's part.</summary>
    internal FlatVector Stem(FlatVector parameters) => parameters.Slice(_model.Stem.Parameters.Layout, _model.Offsets[0]);

    /// <summary>The head's part.</summary>
    internal FlatVector Head(FlatVector parameters) => parameters.Slice(_model.Head.Parameters.Layout, _model.Offsets[_model.Options.Depth + 1]);

    /// <summary>p₀·stem(u) − ½ρ‖stem(u) − x₀‖², summed over the rows, and its gradient.</summary>
    internal double StemValue(Tensor rows, ControlTrajectory trajectory, double penalty, FlatVector stem, FlatVector intoGradient)
    {
        using var scope = NewDisposeScope();
        using var graph = enable_grad();
        var leaves = ExpressedParameters.Leaves(stem);
        var made = _model.Stem.Express(_model.Standardised(rows), leaves);
        using Scalar weight = -penalty / 2;
        var value = made.mul(trajectory.Costates[0][0]).sum();
        value = penalty > 0 ? value.add(made.add(trajectory.States[0][0], CachedScalars.MinusOne).pow(CachedScalars.Two).sum(), weight) : value;
        return CheckedAutograd.Value(value, leaves, intoGradient);
    }
}
