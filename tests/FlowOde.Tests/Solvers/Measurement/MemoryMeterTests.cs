using System.Runtime.InteropServices;
using FlowOde.Solvers.Measurement;

namespace FlowOde.Tests.Solvers.Measurement;

/// <summary>A peak is seen although nothing of it is left; alone, as other tests take memory in this process too.</summary>
[Collection(nameof(AloneGroup))]
public unsafe class MemoryMeterTests
{
    private const long Megabyte = 1 << 20;

    [Fact]
    public void Measure_OfMemoryThatIsFreedAgain_SeesItsPeak()
    {
        var reading = MemoryMeter.ForProcess.Measure(() => Touch(200));
        Assert.True(reading.Above is > 195 * Megabyte and < 260 * Megabyte, $"{reading.Above / Megabyte} MB of 200, by {reading.Method}");
    }

    [Fact]
    public void Measure_BySamples_SeesAPeakThatLasts()
    {
        var meter = new SampledMemoryMeter(ResidentMemory.Now, "samples");
        var reading = meter.Measure(() => Touch(200, TimeSpan.FromMilliseconds(100)));
        Assert.True(reading.Above is > 195 * Megabyte and < 260 * Megabyte, $"{reading.Above / Megabyte} MB of 200");
    }

    [Fact]
    public void Measure_OfWorkThatThrows_LetsTheExceptionThrough() =>
        Assert.Throws<InvalidOperationException>(() => new SampledMemoryMeter(ResidentMemory.Now, "samples").Measure(() => throw new InvalidOperationException()));

    [Fact]
    public void Measure_AfterATrim_SeesTheSameWorkAgain()
    {
        // Small blocks stay in the C library's free lists where a block behind them is in use; without a trim the second time would need no new page.
        void* last = Blocks(), again = null;
        ResidentMemory.Trim();
        var reading = MemoryMeter.ForProcess.Measure(() => again = Blocks());
        NativeMemory.Free(last);
        NativeMemory.Free(again);
        Assert.True(reading.Above > 45 * Megabyte, $"{reading.Above / Megabyte} MB of 50");
    }

    [Fact]
    public void Available_IsPartOfTheMachine() => Assert.InRange(ResidentMemory.Available(), Megabyte, 1L << 50);

    [CudaFact]
    public void Measure_OnADevice_SeesATensor()
    {
        using var first = TorchSharp.torch.zeros(1, device: TorchSharp.torch.CUDA);
        var reading = MemoryMeter.FindForDevice()!.Measure(() => TorchSharp.torch.zeros(256 * Megabyte / sizeof(float), device: TorchSharp.torch.CUDA).Dispose());
        Assert.True(reading.Above >= 256 * Megabyte, $"{reading.Above / Megabyte} MB of 256");
    }

    private static void Touch(int megabytes, TimeSpan hold = default)
    {
        void* memory = NativeMemory.Alloc((nuint)(megabytes * Megabyte));
        NativeMemory.Fill(memory, (nuint)(megabytes * Megabyte), 1);
        Thread.Sleep(hold);
        NativeMemory.Free(memory);
    }

    /// <summary>Takes and frees 50 MB in small blocks, but for the last of them, which belongs to the caller.</summary>
    private static void* Blocks()
    {
        const int size = 50_000;
        nint[] blocks = [.. Enumerable.Range(0, (int)(50 * Megabyte / size)).Select(_ => (nint)NativeMemory.Alloc(size))];
        foreach (nint block in blocks)
        {
            NativeMemory.Fill((void*)block, size, 1);
        }

        Array.ForEach(blocks[..^1], block => NativeMemory.Free((void*)block));
        return (void*)blocks[^1];
    }
}
