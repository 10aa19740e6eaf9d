using System.Text;
using FlowOde.Data.Images;
using FlowOde.Data.Tables;
using FlowOde.Data.Writers;
using SkiaSharp;

namespace FlowOde.Tests.Data.Images;

/// <summary>Every reader of images on files made here, whole and damaged.</summary>
public sealed class ImageReaderTests : IDisposable
{
    private const int Images = 2051;
    private const int Labels = 2049;
    private const int CifarRecord = 3073;

    private readonly ImageFiles _files = new();

    [Theory]
    [InlineData("")]
    [InlineData(".gz")]
    public void Read_IdxWithLabelsBesideIt_HasBoth(string packed)
    {
        string path = _files.Write($"my-images-idx3-ubyte{packed}", ImageFiles.Idx(Images, [3, 2, 4], 24));
        _files.Write($"my-labels-idx1-ubyte{packed}", [.. ImageFiles.Idx(Labels, [3], 0), 2, 0, 1]);
        var set = Read(path);
        Assert.Equal((3, 1, 2, 4, 256), (set.Count, set.Channels, set.Height, set.Width, set.Levels));
        Assert.Equal([2, 0, 1], set.Labels);
        Assert.Equal(["0", "1", "2"], set.ClassNames);
        Assert.Equal(Enumerable.Range(8, 8).Select(i => (byte)i), set.Row(1).ToArray());
    }

    [Fact]
    public void Read_IdxFolder_KeepsThePublishedParts()
    {
        _files.Write("train-images-idx3-ubyte", ImageFiles.Idx(Images, [4, 2, 2], 16));
        _files.Write("train-labels-idx1-ubyte", [.. ImageFiles.Idx(Labels, [4], 0), 0, 1, 0, 1]);
        _files.Write("t10k-images-idx3-ubyte", ImageFiles.Idx(Images, [2, 2, 2], 8));
        _files.Write("t10k-labels-idx1-ubyte", [.. ImageFiles.Idx(Labels, [2], 0), 1, 1]);
        var set = Read(_files.Folder);
        Assert.Equal((6, 4, 2), (set.Count, set.Parts!.TrainRows, set.Parts.TestRows));
        Assert.Equal([0, 1, 0, 1, 1, 1], set.Labels);
    }

    [Fact]
    public void Read_DamagedIdx_SaysWhatIsWrong()
    {
        Assert.Contains("0x00000802", Refusal(_files.Write("a-ubyte", ImageFiles.Idx(0x802, [3], 3))), StringComparison.Ordinal);
        Assert.Contains("cut short", Refusal(_files.Write("b-ubyte", ImageFiles.Idx(Images, [3, 2, 2], 11))), StringComparison.Ordinal);
        Assert.Contains("more follow", Refusal(_files.Write("c-ubyte", ImageFiles.Idx(Images, [3, 2, 2], 13))), StringComparison.Ordinal);
        Assert.Contains("side of -1", Refusal(_files.Write("d-ubyte", ImageFiles.Idx(Images, [3, -1, 2], 4))), StringComparison.Ordinal);
        Assert.Contains("at most", Refusal(_files.Write("e-ubyte", ImageFiles.Idx(Images, [int.MaxValue, 4096, 4096], 4))), StringComparison.Ordinal);
        Assert.Contains("header", Refusal(_files.Write("f-ubyte", ImageFiles.Idx(Images, [3, 2], 0))), StringComparison.Ordinal);
        Assert.Contains("first four bytes", Refusal(_files.Write("g-ubyte", [0, 0])), StringComparison.Ordinal);
        string path = _files.Write("h-images-idx3-ubyte", ImageFiles.Idx(Images, [3, 2, 2], 12));
        _files.Write("h-labels-idx1-ubyte", [.. ImageFiles.Idx(Labels, [2], 0), 0, 1]);
        Assert.Contains("3 images but 2 labels", Refusal(path), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_Cifar_TellsTheTwoKindsApart()
    {
        var ten = new byte[2 * CifarRecord];
        (ten[0], ten[CifarRecord], ten[CifarRecord + 1]) = (9, 3, 77);
        var set = Read(_files.Write("data_batch_1.bin.gz", ten));
        Assert.Equal((2, 3, 32, 10, "truck"), (set.Count, set.Channels, set.Height, set.ClassNames.Count, set.ClassNames[set.Labels[0]]));
        Assert.Equal(77, set.Row(1)[0]);
        var hundred = new byte[CifarRecord + 1];
        (hundred[0], hundred[1], hundred[2]) = (4, 99, 5);
        set = Read(_files.Write("hundred/train.bin", hundred));
        Assert.Equal((1, 100, 99, 5), (set.Count, set.ClassNames.Count, set.Labels[0], set.Row(0)[0]));
        Assert.Contains("no whole records", Refusal(_files.Write("bad/x.bin", new byte[CifarRecord - 1])), StringComparison.Ordinal);
        ten[0] = 10;
        Assert.Contains("label 0 to 9", Refusal(_files.Write("bad/y.bin", ten)), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_CifarFolder_KeepsTheTestPartAndTheNames()
    {
        _files.Write("c/data_batch_1.bin", new byte[2 * CifarRecord]);
        _files.Write("c/data_batch_2.bin", new byte[CifarRecord]);
        _files.Write("c/test_batch.bin", new byte[CifarRecord]);
        _files.Write("c/batches.meta.txt", Encoding.ASCII.GetBytes(string.Join('\n', Enumerable.Range(0, 10).Select(i => $"name{i}")) + "\n\n"));
        var set = Read(_files.Path("c"));
        Assert.Equal((4, 3, 1, "name0"), (set.Count, set.Parts!.TrainRows, set.Parts.TestRows, set.ClassNames[0]));
    }

    [Theory]
    [InlineData("a.npy")]
    [InlineData("a.npy.gz")]
    public void Read_WhatTheWriterWrote_IsTheSame(string name)
    {
        double[] pixels = [.. Enumerable.Range(0, 24).Select(i => (double)(i * 10))];
        using (var file = File.Create(_files.Path(name)))
        {
            ImageNpyWriter.Write(pixels, (3, 2, 2), 256, name, file);
        }

        var set = Read(_files.Path(name));
        Assert.Equal((2, 3, 2, 2), (set.Count, set.Channels, set.Height, set.Width));
        Assert.Equal(pixels, set.Pixels.ToArray().Select(pixel => (double)pixel));
    }

    [Fact]
    public void Write_WhatIsNoLevel_SaysWhich()
    {
        using var nowhere = new MemoryStream();
        Assert.Contains("Number 1 is 17", Assert.Throws<ArgumentException>(() => ImageNpyWriter.Write([0, 17], (1, 1, 2), 17, "a.npy", nowhere)).Message, StringComparison.Ordinal);
        Assert.Contains("whole images", Assert.Throws<ArgumentException>(() => ImageNpyWriter.Write([0, 1, 2], (1, 1, 2), 17, "a.npy", nowhere)).Message, StringComparison.Ordinal);
        ImageNpyWriter.Write([0, 999], (1, 1, 2), 1000, "a.npy", nowhere);
        Assert.Equal([0, 0, 231, 3], nowhere.ToArray()[^4..]);
    }

    [Fact]
    public void Read_FolderOfPictures_HasSubFoldersAsClasses()
    {
        _files.Picture("p/cat/1.png", 4, 4, (x, y) => new((byte)(10 * x), (byte)(10 * y), 200));
        _files.Picture("p/dog/1.png", 4, 4, (_, _) => new(9, 8, 7));
        _files.Picture("p/dog/2.webp", 4, 4, (_, _) => new(1, 1, 1), SKEncodedImageFormat.Webp);
        var set = Read(_files.Path("p"));
        Assert.Equal((3, 3, 4, 4), (set.Count, set.Channels, set.Height, set.Width));
        Assert.Equal(["cat", "dog"], set.ClassNames);
        Assert.Equal([0, 1, 1], set.Labels);
        Assert.Equal((30, 30, 200), (set.Row(0)[3], set.Row(0)[16 + 12], set.Row(0)[32]));
        Assert.Equal([9, 8, 7], new[] { set.Row(1)[0], set.Row(1)[16], set.Row(1)[32] });
    }

    [Fact]
    public void Read_MixedSizes_NeedASize()
    {
        _files.Picture("m/a.png", 6, 4, (x, _) => new((byte)(40 * x), 0, 0));
        _files.Picture("m/b.png", 4, 4, (_, _) => new(5, 0, 0));
        string message = Refusal(_files.Path("m"));
        Assert.Contains("6 x 4", message, StringComparison.Ordinal);
        Assert.Contains("--size", message, StringComparison.Ordinal);
        var set = Read(_files.Path("m"), new() { Size = 4 });
        Assert.Equal((2, 4, 4), (set.Count, set.Height, set.Width));
        Assert.Equal([40, 80, 120, 160], set.Row(0)[..4].ToArray().Select(value => (int)value)); // the middle of the wider one
        Assert.Equal(2, Read(_files.Path("m"), new() { Crop = 2 }).Width);
        Assert.Contains("--crop 5", Refusal(_files.Path("m"), new() { Crop = 5 }), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_GreyAskedForOrThere_HasOneChannel()
    {
        _files.Picture("g/a.png", 2, 2, (_, _) => new(100, 150, 200));
        Assert.Equal(3, Read(_files.Path("g")).Channels);
        var grey = Read(_files.Path("g"), new() { Grey = true });
        Assert.Equal((1, (byte)Math.Round((0.299 * 100) + (0.587 * 150) + (0.114 * 200))), (grey.Channels, grey.Row(0)[0]));
        _files.Picture("h/a.png", 2, 2, (_, _) => new(77, 77, 77));
        Assert.Equal((1, (byte)77), (Read(_files.Path("h")).Channels, Read(_files.Path("h")).Row(0)[0]));
    }

    [Fact]
    public void Read_OddPictures_AreConvertedWithANotice()
    {
        _files.Picture("o/a.png", 2, 2, (_, _) => new(100, 100, 100, 128));
        var set = Read(_files.Path("o"));
        Assert.Contains("transparent", Assert.Single(set.Notices), StringComparison.Ordinal);
        Assert.Equal(50, set.Row(0)[0]);
        _files.Picture("d/a.png", 2, 2, (_, _) => new(80, 80, 80), type: SKColorType.Rgba16161616);
        set = Read(_files.Path("d"));
        Assert.Contains("8 bits", Assert.Single(set.Notices), StringComparison.Ordinal);
        Assert.Equal(80, set.Row(0)[0]);
    }

    /// <summary>Two pixels of a palette of two colours, the second first.</summary>
    [Fact]
    public void Read_PictureWithAPalette_HasItsColours()
    {
        _files.Write("palette/a.png", Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAMAAADD/I+4AAAABlBMVEXIZDIKFB63eqtRAAAAC0lEQVR4nGNgZAAAAAUAAtFmM3gAAAAASUVORK5CYII="));
        var set = Read(_files.Path("palette"));
        Assert.Empty(set.Notices);
        Assert.Equal([10, 200, 20, 100, 30, 50], set.Row(0).ToArray().Select(value => (int)value));
    }

    /// <summary>Two frames of such pixels, told by what is in the file and not by its name.</summary>
    [Fact]
    public void Read_AnimatedPicture_IsItsFirstFrameWithANotice()
    {
        _files.Write("moving/a.webp", Convert.FromBase64String("R0lGODlhAgABAIEAAMhkMgoUHgAAAP///yH5BAAKAAAALAAAAAACAAEAAAICDFEAIfkEAAoAAAAsAAAAAAIAAQAAAgIEUwA7"));
        var set = Read(_files.Path("moving"));
        Assert.Contains("several frames, of which the first is read", Assert.Single(set.Notices), StringComparison.Ordinal);
        Assert.Equal([10, 200, 20, 100, 30, 50], set.Row(0).ToArray().Select(value => (int)value));
    }

    [Fact]
    public void Read_DamagedOrMissingPictures_NamesTheFile()
    {
        string whole = _files.Picture("t/whole.png", 64, 64, (x, y) => new((byte)(x * y), (byte)(x + y), 3));
        File.WriteAllBytes(_files.Path("t/cut.png"), File.ReadAllBytes(whole)[..^300]);
        Assert.Contains("cut.png", Refusal(_files.Path("t")), StringComparison.Ordinal);
        _files.Write("n/a.png", Encoding.ASCII.GetBytes("no picture at all"));
        Assert.Contains("no", Refusal(_files.Path("n")), StringComparison.Ordinal);
        _files.Write("e/readme.txt", [1]);
        Assert.Contains("holds no pictures", Refusal(_files.Path("e")), StringComparison.Ordinal);
        _files.Picture("x/a.png", 2, 2, (_, _) => new(0, 0, 0));
        _files.Picture("x/sub/a.png", 2, 2, (_, _) => new(0, 0, 0));
        Assert.Contains("sub-folders", Refusal(_files.Path("x")), StringComparison.Ordinal);
    }

    [Fact]
    public void Set_OfNumbersThatDoNotFit_SaysWhich()
    {
        Assert.Contains("pixel of 17", Throws(() => new ImageSet("s", (1, 1, 2), 17, [0, 17], [], [])), StringComparison.Ordinal);
        Assert.Contains("2 images but 1 labels", Throws(() => new ImageSet("s", (1, 1, 1), 17, [0, 1], [0], ["a"])), StringComparison.Ordinal);
        Assert.Contains("label 3", Throws(() => new ImageSet("s", (1, 1, 1), 17, [0, 1], [0, 3], ["a"])), StringComparison.Ordinal);
    }

    public void Dispose() => _files.Dispose();

    private static ImageSet Read(string path, ImageReadOptions? options = null) => ImageReaders.Read(path, path, options ?? new());

    private static string Refusal(string path, ImageReadOptions? options = null) => Throws(() => Read(path, options));

    private static string Throws(Func<object> act) => Assert.Throws<DataFormatException>(act).Message;
}
