namespace FlowOde.Data.Fetching;

/// <summary>The registry of sets that can be downloaded.</summary>
public static class RemoteSets
{
    private static readonly string[] _cifar10Members = [.. Enumerable.Range(1, 5).Select(part => $"data_batch_{part}.bin"), "test_batch.bin", "batches.meta.txt"];

    /// <summary>All sets.</summary>
    public static IReadOnlyList<RemoteSet> All { get; } =
    [
        new("mnist", "70,000 handwritten digits, 1 x 28 x 28 (LeCun, Cortes and Burges)", "CC BY-SA 3.0 as commonly stated", Idx(
            [new("https://ossci-datasets.s3.amazonaws.com/mnist/"), new("https://storage.googleapis.com/cvdf-datasets/mnist/")],
            (9912422, "f68b3c2dcbeaaa9fbdd348bbdeb94873"), (28881, "d53e105ee54ea40749a09fcbcd1e9432"), (1648877, "9fb629c4189551a2d022fa330f9573f3"), (4542, "ec29112dd5afa0611ce80d1b7f02629c"))),
        new("fashion-mnist", "70,000 pictures of clothes, 1 x 28 x 28 (Xiao, Rasul and Vollgraf 2017)", "MIT", Idx(
            [new("https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/"), new("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/")],
            (26421880, "8d4fb7e6c68d591d4c3dfef9ec88bf0d"), (29515, "25c81989df183df01b3e8a0aad5dffbe"), (4422102, "bef4ecab320f06d8554ea6380940ec79"), (5148, "bb300cfdad3c16e7a12a480ee83cd310"))),
        new("kmnist", "70,000 cursive Japanese characters, 1 x 28 x 28 (Clanuwat et al. 2018)", "CC BY-SA 4.0", Idx(
            [new("https://codh.rois.ac.jp/kmnist/dataset/kmnist/"), new("http://codh.rois.ac.jp/kmnist/dataset/kmnist/")],
            (18165135, "bdb82020997e1d708af4cf47b453dcf7"), (29497, "e144d726b3acfaa3e44228e80efcd344"), (3041136, "5c965bf0a639b31b8f53240b1b52f4d7"), (5120, "7320c461ea6c1c855c0b718fb2a4b134"))),
        new("cifar10", "60,000 photographs of 10 kinds of things, 3 x 32 x 32 (Krizhevsky 2009)", "none stated", [Cifar("cifar-10-binary.tar.gz", 170052171, "c32a1d4ab5d03f1284b67883e8d87530", _cifar10Members)]),
        new("cifar100", "60,000 photographs of 100 kinds of things, 3 x 32 x 32 (Krizhevsky 2009)", "none stated", [Cifar("cifar-100-binary.tar.gz", 168513733, "03b5dce01913d631647c71ecec9e9cb8", ["train.bin", "test.bin", "fine_label_names.txt"])]),
    ];

    /// <summary>The set of a name, whatever its case, or null.</summary>
    /// <param name="name">The name.</param>
    public static RemoteSet? Find(string name) => All.FirstOrDefault(set => string.Equals(set.Name, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The four files that MNIST and its relatives have: images and labels of the training part, then of the test part.</summary>
    private static RemoteFile[] Idx(Uri[] mirrors, params (long Bytes, string Md5)[] files) =>
    [
        .. files.Zip(["train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz", "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"],
            (file, name) => new RemoteFile(name, file.Bytes, file.Md5, mirrors)),
    ];

    private static RemoteFile Cifar(string archive, long bytes, string md5, string[] members) => new(archive, bytes, md5, [new("https://www.cs.toronto.edu/~kriz/")]) { Members = members };
}
