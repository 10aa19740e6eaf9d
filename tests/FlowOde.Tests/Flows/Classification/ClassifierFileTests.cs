using FlowOde.Flows.Classification;
using FlowOde.Flows.Storage;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Classification;

public sealed class ClassifierFileTests
{
    [Theory]
    [InlineData("kind", "a flow", "not 'image-classifier'")]
    [InlineData("image", "1,8", "expected 3 whole numbers")]
    [InlineData("image", "1,8,-8", "expected 3 whole numbers")]
    [InlineData("classes", "1", "Classes is at least 2")]
    [InlineData("channels", "", "a few whole numbers")]
    [InlineData("channels", "8,17", "conv1.weight")]
    [InlineData("features", "99999999999", "expected 1 whole numbers")]
    [InlineData("features", "200000000", "none beyond")]
    [InlineData("mean", "warm", "expected a number")]
    [InlineData("scale", "0", "a positive scale")]
    [InlineData("scale", null, "lacks 'scale'")]
    public void Load_OfAnAlteredFile_SaysWhat(string key, string? value, string text)
    {
        using var scope = NewDisposeScope();
        using var saved = Saved();
        using var file = SafetensorsReader.Read(saved);
        var metadata = file.Metadata.Where(entry => entry.Key != key).ToDictionary(entry => entry.Key, entry => entry.Value);
        if (value is not null)
        {
            metadata[key] = value;
        }

        using var altered = new MemoryStream();
        SafetensorsWriter.Write(altered, [.. file.Names.Select(name => (name, file[name]))], metadata);
        altered.Position = 0;
        string message = Assert.Throws<CheckpointFormatException>(() => ImageClassifier.Load(altered)).Message;
        Assert.Contains(text, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_OfATruncatedFile_IsRefused()
    {
        using var scope = NewDisposeScope();
        using var saved = Saved();
        saved.SetLength(saved.Length - 5);
        Assert.Throws<CheckpointFormatException>(() => ImageClassifier.Load(saved));
    }

    private static MemoryStream Saved()
    {
        using var classifier = ClassifierProblem.Train(new() { Steps = 1, BatchSize = 4 });
        var stream = new MemoryStream();
        classifier.Save(stream);
        stream.Position = 0;
        return stream;
    }
}
