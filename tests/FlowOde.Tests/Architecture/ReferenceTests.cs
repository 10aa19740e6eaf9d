using System.Reflection;

namespace FlowOde.Tests.Architecture;

/// <summary>References go one way: Solvers ← Flows ← Samplers ← tools; Data ← tools.</summary>
public class ReferenceTests
{
    [Theory]
    [InlineData("FlowOde.Solvers")]
    [InlineData("FlowOde.Flows", "FlowOde.Solvers")]
    [InlineData("FlowOde.Data")]
    [InlineData("FlowOde.Samplers", "FlowOde.Solvers", "FlowOde.Flows")]
    [InlineData("FlowOde.Cli", "FlowOde.Solvers", "FlowOde.Flows", "FlowOde.Samplers", "FlowOde.Data")]
    public void Assembly_ReferencesOnlyWhatItsRoomAllows(string name, params string[] allowed)
    {
        var references = Assembly.Load(name).GetReferencedAssemblies().Select(a => a.Name!).Where(a => a.StartsWith("FlowOde.", StringComparison.Ordinal));
        Assert.Empty(references.Except(allowed));
    }

    [Theory]
    [InlineData("FlowOde.Data", "TorchSharp")]
    [InlineData("FlowOde.Solvers", "SkiaSharp")]
    [InlineData("FlowOde.Flows", "SkiaSharp")]
    public void Assembly_DoesNotReferenceWhatItShouldNotKnow(string name, string forbidden) =>
        Assert.DoesNotContain(Assembly.Load(name).GetReferencedAssemblies(), a => a.Name == forbidden);

    [Theory]
    [InlineData("FlowOde.Solvers")]
    [InlineData("FlowOde.Flows")]
    [InlineData("FlowOde.Data")]
    [InlineData("FlowOde.Samplers")]
    public void Library_DoesNotWriteToTheConsole(string name) =>
        Assert.DoesNotContain(Assembly.Load(name).GetReferencedAssemblies(), a => a.Name == "System.Console");
}
