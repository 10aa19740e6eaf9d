using System.Reflection;
using System.Reflection.Emit;
using TorchSharp;

namespace FlowOde.Tests.Architecture;

/// <summary>
/// A native scalar that nobody holds may be freed by the collector while libtorch still reads it, which ends a run by "Expected false to be true" or "Unknown scalar type" once in
/// some hundred of them. So a number is never passed where a <see cref="Scalar"/> is wanted, nor a method called that does so inside of TorchSharp, as x + y and square() do.
/// </summary>
public class ScalarLifetimeTests
{
    private const BindingFlags Everything = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
    private static readonly Dictionary<ushort, OpCode> _codes = typeof(OpCodes).GetFields().Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => (ushort)code.Value);
    private static readonly Lazy<HashSet<MethodBase>> _dangerous = new(FindDangerous);

    [Theory]
    [InlineData("FlowOde.Solvers")]
    [InlineData("FlowOde.Data")]
    [InlineData("FlowOde.Flows")]
    [InlineData("FlowOde.Samplers")]
    [InlineData("FlowOde.Cli")]
    [InlineData("FlowOde.Tests")]
    public void Assembly_NeverPassesAScalarThatNobodyHolds(string name)
    {
        var found = MethodsOf(Assembly.Load(name)).Where(method => method.DeclaringType != typeof(ScalarLifetimeTests)).SelectMany(method => Loose(method).Concat(Calls(method).Where(called => _dangerous.Value.Contains(called.Method)).Select(called => called.Method)).Select(called => $"{method.DeclaringType}.{method.Name} calls {called}"));
        Assert.Empty(found);
    }

    /// <summary>What this test is about is found where it stands.</summary>
    [Fact]
    public void Loose_InMethodsThatPassNumbers_FindsThem()
    {
        Assert.Single(Loose(Own(nameof(PassesANumber))));
        Assert.Empty(Loose(Own(nameof(HoldsANumber))));
        Assert.Contains(Calls(Own(nameof(AddsTensors))), called => _dangerous.Value.Contains(called.Method));
        Assert.DoesNotContain(Calls(Own(nameof(HoldsANumber))), called => _dangerous.Value.Contains(called.Method));
    }

    private static torch.Tensor PassesANumber(torch.Tensor x) => x.mul(2.0);

    private static torch.Tensor AddsTensors(torch.Tensor x) => x + x;

    private static torch.Tensor HoldsANumber(torch.Tensor x)
    {
        using Scalar two = 2.0;
        return x.add(x, two);
    }

    private static MethodInfo Own(string name) => typeof(ScalarLifetimeTests).GetMethod(name, Everything)!;

    /// <summary>Methods of TorchSharp that make a scalar for one call, and those that call them.</summary>
    private static HashSet<MethodBase> FindDangerous()
    {
        var methods = MethodsOf(typeof(torch).Assembly).Where(method => method.DeclaringType != typeof(Scalar)).Select(method => (Method: method, Calls: Calls(method).ToArray())).ToArray();
        HashSet<MethodBase> dangerous = [.. methods.Where(one => one.Calls.Any(called => MakesScalar(called.Method))).Select(one => one.Method)];
        for (int before = 0; before != dangerous.Count;)
        {
            before = dangerous.Count;
            dangerous.UnionWith(methods.Where(one => one.Calls.Any(called => called.Method.DeclaringType!.Name == nameof(torch.Tensor) && dangerous.Contains(called.Method))).Select(one => one.Method));
        }

        return dangerous;
    }

    /// <summary>Conversions to a scalar that is neither kept in a variable or field nor returned.</summary>
    private static IEnumerable<MethodBase> Loose(MethodBase method) =>
        Calls(method).Where(called => MakesScalar(called.Method) && !called.Next.StartsWith("st", StringComparison.Ordinal) && called.Next != "ret").Select(called => called.Method);

    private static bool MakesScalar(MethodBase method) => (method.DeclaringType == typeof(Scalar) && method.Name == "op_Implicit") || method.Name == "ToScalar";

    private static IEnumerable<MethodBase> MethodsOf(Assembly assembly) => assembly.GetTypes().SelectMany(type => type.GetMembers(Everything).OfType<MethodBase>());

    /// <summary>The methods that a method calls, each with the name of the instruction behind the call.</summary>
    private static IEnumerable<(MethodBase Method, string Next)> Calls(MethodBase method)
    {
        byte[] code = method.GetMethodBody()?.GetILAsByteArray() ?? [];
        MethodBase? called = null;
        for (int i = 0; i < code.Length;)
        {
            var operation = Operation(code, ref i);
            if (called is not null)
            {
                yield return (called, operation.Name!);
            }

            called = operation.OperandType == OperandType.InlineMethod ? Resolve(method, BitConverter.ToInt32(code, i)) : null;
            i += operation.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(code, i)),
                _ => 4,
            };
        }
    }

    private static OpCode Operation(byte[] code, ref int i)
    {
        byte first = code[i++];
        return _codes[first == 0xFE ? (ushort)(0xFE00 | code[i++]) : first];
    }

    private static MethodBase? Resolve(MethodBase caller, int token) => caller.Module.ResolveMethod(
        token,
        caller.DeclaringType is { IsGenericType: true } type ? type.GetGenericArguments() : null,
        caller is { IsGenericMethod: true } ? caller.GetGenericArguments() : null);
}
