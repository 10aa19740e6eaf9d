using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FlowOde.Flows.Training;

namespace FlowOde.Cli.Runs;

/// <summary>The log of a run: a line of JSON for each iteration.</summary>
internal sealed class RunLog : IDisposable
{
    private readonly FileStream _stream;

    private RunLog(FileStream stream) => _stream = stream;

    /// <summary>Opens the log behind an iteration; what lies after it is cut off.</summary>
    public static RunLog OpenAfter(RunFolder folder, long iteration)
    {
        var stream = new FileStream(folder.Log, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, 1 << 16);
        stream.SetLength(LengthUpTo(stream, iteration));
        stream.Seek(0, SeekOrigin.End);
        return new(stream);
    }

    /// <summary>Adds an iteration.</summary>
    public void Add(TrainingRecord record) => _stream.Write(Encoding.UTF8.GetBytes(RunJson.Line(ToJson(record)) + "\n"));

    /// <summary>Hands everything to the system.</summary>
    public void Flush() => _stream.Flush();

    /// <summary>All records of a log, in their order. A broken last line, of a process that was killed, is left out.</summary>
    public static IEnumerable<JsonObject> Read(RunFolder folder)
    {
        if (!File.Exists(folder.Log))
        {
            yield break;
        }

        foreach (string line in File.ReadLines(folder.Log))
        {
            if (Parse(line) is { } record)
            {
                yield return record;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private static JsonObject ToJson(TrainingRecord record)
    {
        var line = new JsonObject
        {
            ["iteration"] = record.Iteration,
            ["total"] = record.Total,
            ["loss"] = RunJson.Number(record.Loss),
            ["score"] = RunJson.Number(record.Score),
            ["standardError"] = RunJson.Number(record.StandardError),
            ["nfeForward"] = record.NfeForward,
            ["nfeBackward"] = record.NfeBackward,
            ["rejectedSteps"] = record.RejectedSteps,
            ["gradientNorm"] = RunJson.Number(record.GradientNorm),
            ["learningRate"] = RunJson.Number(record.LearningRate),
            ["seconds"] = RunJson.Number(record.Seconds),
            ["peakMemory"] = record.PeakMemory,
        };
        if (record.Skipped is not null)
        {
            line["skipped"] = record.Skipped;
        }

        if (record.Notice is not null)
        {
            line["notice"] = record.Notice;
        }

        if (record.Validation is { } validation)
        {
            line["validation"] = new JsonObject { ["score"] = RunJson.Number(validation.Score), ["standardError"] = RunJson.Number(validation.StandardError), ["isBest"] = record.IsBest };
        }

        return line;
    }

    private static JsonObject? Parse(string line)
    {
        try
        {
            return JsonNode.Parse(line) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Bytes of the whole lines up to an iteration.</summary>
    private static long LengthUpTo(FileStream stream, long iteration)
    {
        long length = 0;
        var line = new List<byte>();
        for (int next = stream.ReadByte(); next >= 0; next = stream.ReadByte())
        {
            line.Add((byte)next);
            if (next == '\n')
            {
                if (Parse(Encoding.UTF8.GetString([.. line]))?["iteration"]?.GetValue<long>() is not { } here || here > iteration)
                {
                    break;
                }

                length += line.Count;
                line.Clear();
            }
        }

        return length;
    }
}
