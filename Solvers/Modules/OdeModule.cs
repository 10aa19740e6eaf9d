using System.Runtime.ExceptionServices;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FlowOde.Solvers.Modules;

/// <summary>
/// A solve as a layer of somebody's own TorchSharp model: state in, state at the last time out, with the gradient of any method of this project in the model's autograd.
/// </summary>
/// <remarks>
/// <para>The state [rows, columns, …] holds the field's evolving segments side by side along the columns, or channels. The parameters are the field's: those of the modules for a <see cref="ModuleField"/> or <see cref="HalvesField"/>,
/// else a parameter for each segment, over the same memory. Do not move this module to another type or device afterwards; disposing it disposes the field's module, as with any child.</para>
/// <para>Autograd cannot carry an exception out of a backward pass: one thrown there ends the process. So a failure is kept, the gradients of the pass are NaN, and <see cref="Backward"/>,
/// <see cref="RequireSuccess"/> or the next call throws it. A graph may be used once, and there are no second derivatives through it; both are reported in the same way.</para>
/// </remarks>
public sealed class OdeModule : nn.Module<Tensor, Tensor>
{
    private readonly IDifferentiableField _field;
    private readonly OdeModuleOptions _options;
    private readonly WorkspacePool _pool = new();
    private readonly Parameter[] _leaves;
    private ExceptionDispatchInfo? _failure;

    /// <summary>Wraps a field.</summary>
    /// <param name="field">The field: batched, evolving segments only. Not owned.</param>
    /// <param name="options">How to solve.</param>
    /// <exception cref="ArgumentException">Field, method and gradient method do not fit together; the message says what does.</exception>
    public OdeModule(IDifferentiableField field, OdeModuleOptions options)
        : base(nameof(OdeModule))
    {
        ArgumentNullException.ThrowIfNull(field);
        ArgumentNullException.ThrowIfNull(options);
        (_field, _options) = (field, options);
        var layout = field.StateLayout(1);
        if (layout.Segments.Count == 0 || !layout.Segments.All(segment => segment is { Role: SegmentRole.Evolving, IsBatched: true } && (segment.Shape.Length > 1 || layout.Segments.Count == 1)))
        {
            throw new ArgumentException($"A module has one state [rows, columns, …] in and out, so that its field has batched, evolving segments alone; this one has ({layout}).", nameof(field));
        }

        if (!options.Stepper.Supports(layout, out string reason) || !options.Adjoint.Supports(options.Stepper, out reason))
        {
            throw new ArgumentException(reason, nameof(options));
        }

        var modules = (field is PartitionedField halves ? halves.Whole : field) switch
        {
            ModuleField one => [one.Module],
            HalvesField two => two.Modules,
            _ => (IReadOnlyList<nn.Module<Tensor, Tensor, Tensor>>)[],
        };
        if (modules.Count > 0)
        {
            for (int i = 0; i < modules.Count; i++)
            {
                register_module(modules.Count == 1 ? "field" : $"field{i + 1}", modules[i]);
            }

            _leaves = [.. modules.SelectMany(module => module.named_parameters().Select(entry => entry.parameter))];
        }
        else
        {
            _leaves = [.. field.Parameters.Layout.Segments.Select((_, i) => Leaf(field.Parameters[i]))];
            for (int i = 0; i < _leaves.Length; i++)
            {
                register_parameter(field.Parameters.Layout.Segments[i].Name.Replace('.', '_'), _leaves[i]);
            }
        }
    }

    /// <summary>Solves from a state to the last time.</summary>
    /// <param name="input">The state at the first time, [rows, columns, …], of the parameters' type and device. Not changed.</param>
    /// <returns>The state at the last time, in the same shape; belongs to the caller.</returns>
    /// <exception cref="ArgumentException">The state does not fit the field.</exception>
    /// <exception cref="OdeSolveException">The solve cannot go on.</exception>
    public override Tensor forward(Tensor input) => Solve(input, isTrajectory: false);

    /// <summary>Solves from a state and gives it at every time asked for.</summary>
    /// <param name="input">The state at the first time, [rows, columns, …]. Not changed.</param>
    /// <returns>The states at the times after the first, [times, rows, columns, …]; belongs to the caller.</returns>
    /// <exception cref="ArgumentException">The state does not fit the field.</exception>
    /// <exception cref="OdeSolveException">The solve cannot go on.</exception>
    public Tensor Trajectory(Tensor input) => Solve(input, isTrajectory: true);

    /// <summary>Pulls a loss back through a model, and throws what failed in its solves.</summary>
    /// <param name="loss">The loss, [].</param>
    /// <param name="model">The model, with any number of these modules in it.</param>
    /// <exception cref="Exception">What a field or a solve threw in the backward pass. The model's gradients are then to be discarded.</exception>
    public static void Backward(Tensor loss, nn.Module model)
    {
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentNullException.ThrowIfNull(model);
        loss.backward();
        foreach (var module in model.modules().Prepend(model).OfType<OdeModule>())
        {
            module.RequireSuccess();
        }
    }

    /// <summary>Throws what failed in the last backward pass, if anything did. To be called between it and the optimiser's step by those who do not use <see cref="Backward"/>.</summary>
    /// <exception cref="Exception">What the field or the solve threw; the gradients of that pass are NaN.</exception>
    public void RequireSuccess() => Interlocked.Exchange(ref _failure, null)?.Throw();

    /// <summary>Keeps what was thrown where nothing may be thrown.</summary>
    internal void Fail(Exception problem) => Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(problem), null);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _pool.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>A parameter over a segment's memory.</summary>
    private static Parameter Leaf(Tensor segment)
    {
        using var view = segment.detach();
        var leaf = new Parameter(view);
        leaf.DetachFromDisposeScope();
        return leaf;
    }

    private Tensor Solve(Tensor input, bool isTrajectory)
    {
        ArgumentNullException.ThrowIfNull(input);
        RequireSuccess();
        var layout = LayoutFor(input);
        var start = new FlatVector(layout, input.dtype, input.device);
        SolveJob? job = null;
        try
        {
            StateColumns.Scatter(input, start);
            var problem = new OdeProblem { Field = _field, Stepper = _options.Stepper, Controller = _options.Controller, Norm = _options.Norm, Limits = _options.Limits, Start = start, Times = _options.Times, Pool = _pool };
            if (!is_grad_enabled() || !(input.requires_grad || _leaves.Any(parameter => parameter.requires_grad)))
            {
                using (start)
                {
                    using var solution = OdeSolver.Solve(problem);
                    return StateColumns.Gather(solution.States, isTrajectory);
                }
            }

            RequireLearnable();
            job = new(this, _field, _options.Adjoint.Record(problem, new(_options.TapeBytes)), start, isTrajectory);
            return OdeFunction.apply([job, input, .. _leaves]);
        }
        catch
        {
            job?.Dispose();
            start.Dispose();
            throw;
        }
    }

    private VectorLayout LayoutFor(Tensor input)
    {
        if (input.dim() == 0 || input.shape[0] == 0)
        {
            throw new ArgumentException($"The state [{string.Join(", ", input.shape)}] has no rows; expected [rows, columns, …].", nameof(input));
        }

        var layout = _field.StateLayout(input.shape[0]);
        long[] expected = StateColumns.Shape(layout);
        if (!input.shape.AsSpan().SequenceEqual(expected))
        {
            throw new ArgumentException($"The state has the shape [{string.Join(", ", input.shape)}]; the field expects [{string.Join(", ", expected)}].", nameof(input));
        }

        var parameters = _field.Parameters;
        return parameters.Layout.Length == 0 || (input.dtype == parameters.DType && input.device.ToString() == parameters.Device.ToString())
            ? layout
            : throw new ArgumentException($"The state is {input.dtype} on {input.device}, the field's parameters are {parameters.DType} on {parameters.Device}; give both one type and device.", nameof(input));
    }

    private void RequireLearnable()
    {
        for (int i = 0; i < _leaves.Length; i++)
        {
            if (!_leaves[i].requires_grad)
            {
                throw new InvalidOperationException($"The parameter '{_field.Parameters.Layout.Segments[i].Name}' of the field is frozen, and a solve differentiates all or none. Freeze none and leave it out of the optimiser, or make a buffer of it.");
            }
        }
    }
}
