using System.Formats.Tar;
using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using FlowOde.Data.Fetching;
using FlowOde.Tests.Cli;

namespace FlowOde.Tests.Data.Fetching;

/// <summary>Downloads from a server in memory: whole, checked, continued, and from the next address where one fails.</summary>
public sealed class DataFetcherTests : IDisposable
{
    private const string Name = "train.idx.gz";
    private static readonly Uri _first = new("https://first.example/data/");
    private static readonly Uri _second = new("https://second.example/mirror/");

    private readonly TemporaryFolder _folder = new();
    private readonly byte[] _content = [.. Enumerable.Range(0, 200_000).Select(i => (byte)(i * 31 % 251))];

    private string Target => Path.Combine(_folder.Path, "set");

    [Fact]
    public async Task Fetch_FromOneAddress_KeepsTheFileAndTellsHowFar()
    {
        var progress = new List<FetchProgress>();
        var (fetched, server) = await Fetch(request => StubServer.Give(request, _content), progress: progress.Add);
        Assert.Equal([Name], fetched);
        Assert.Equal(_content, File.ReadAllBytes(Path.Combine(Target, Name)));
        Assert.Equal(new Uri(_first, Name), Assert.Single(server.Requests).Address);
        Assert.Equal(new(Name, _content.Length, _content.Length), progress[^1]);
        Assert.Equal([Name], Directory.EnumerateFiles(Target).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Fetch_WhereTheFileIsThere_AsksNobody()
    {
        _ = await Fetch(request => StubServer.Give(request, _content));
        var (fetched, server) = await Fetch(_ => throw new InvalidOperationException());
        Assert.Empty(fetched);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task Fetch_WhereTheFileIsDamaged_ReplacesIt()
    {
        Directory.CreateDirectory(Target);
        File.WriteAllBytes(Path.Combine(Target, Name), _content[..^1]);
        var (fetched, _) = await Fetch(request => StubServer.Give(request, _content));
        Assert.Equal([Name], fetched);
        Assert.Equal(_content, File.ReadAllBytes(Path.Combine(Target, Name)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Fetch_AfterABrokenLine_ContinuesAtTheNextAddress(bool knowsRanges)
    {
        var (_, server) = await Fetch(request => request.RequestUri!.Host == _first.Host ? StubServer.Break(_content[..70_000]) : StubServer.Give(request, _content, knowsRanges));
        Assert.Equal([(new Uri(_first, Name), 0), (new Uri(_second, Name), 70_000)], server.Requests);
        Assert.Equal(_content, File.ReadAllBytes(Path.Combine(Target, Name)));
    }

    [Fact]
    public async Task Fetch_AfterAStop_ContinuesWithTheNextCall()
    {
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Fetch(request => StubServer.Give(request, _content), progress: _ => stop.Cancel(), stop: stop.Token));
        Assert.False(File.Exists(Path.Combine(Target, Name)));
        var (_, server) = await Fetch(request => StubServer.Give(request, _content));
        Assert.InRange(server.Requests[0].From, 1, _content.Length - 1);
        Assert.Equal(_content, File.ReadAllBytes(Path.Combine(Target, Name)));
    }

    [Fact]
    public async Task Fetch_OfOtherContent_IsRefusedAndTheNextAddressStartsAfresh()
    {
        byte[] other = [.. _content.Select(value => (byte)~value)];
        var (_, server) = await Fetch(request => StubServer.Give(request, request.RequestUri!.Host == _first.Host ? other : _content));
        Assert.Equal([(new Uri(_first, Name), 0), (new Uri(_second, Name), 0)], server.Requests);
        Assert.Equal(_content, File.ReadAllBytes(Path.Combine(Target, Name)));
    }

    [Fact]
    public async Task Fetch_OfContentWithoutEnd_StopsBeyondTheStatedLength()
    {
        byte[] endless = [.. Enumerable.Repeat(_content, 40).SelectMany(part => part)];
        var (_, server) = await Fetch(request => StubServer.Give(request, request.RequestUri!.Host == _first.Host ? endless : _content));
        Assert.Equal(2, server.Requests.Count);
        Assert.Equal(_content, File.ReadAllBytes(Path.Combine(Target, Name)));
    }

    [Fact]
    public async Task Fetch_WhereEveryAddressFails_NamesEachFailureAndLeavesNoFile()
    {
        var problem = await Assert.ThrowsAsync<IOException>(() => Fetch(request => request.RequestUri!.Host == _first.Host ? new(HttpStatusCode.NotFound) : StubServer.Hang(), patience: 0.05));
        Assert.Contains($"{_first}{Name}: answers 404.", problem.Message, StringComparison.Ordinal);
        Assert.Contains($"{_second}{Name}: was silent for 0.1 seconds.", problem.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(Target, Name)));
    }

    [Fact]
    public async Task Fetch_OfAShortFile_SaysHowShort()
    {
        var problem = await Assert.ThrowsAsync<IOException>(() => Fetch(_ => StubServer.Give(new(), _content[..^10])));
        Assert.Contains($"ended after {_content.Length - 10} of {_content.Length} bytes", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fetch_OfAnArchive_KeepsTheNamedFilesOnly()
    {
        byte[] archive = Archive(("set/a.bin", [1, 2, 3]), ("../../outside.bin", [9]), ("set/readme.html", [4]), ("set/b.txt", [5]));
        var (fetched, _) = await Fetch(request => StubServer.Give(request, archive), Remote(archive, "set.tar.gz") with { Members = ["a.bin", "b.txt"] });
        Assert.Equal(["set.tar.gz"], fetched);
        Assert.Equal(["a.bin", "b.txt"], Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories).Select(Path.GetFileName).Order());
        Assert.Equal([1, 2, 3], File.ReadAllBytes(Path.Combine(Target, "a.bin")));
        var (again, server) = await Fetch(_ => throw new InvalidOperationException(), Remote(archive, "set.tar.gz") with { Members = ["a.bin", "b.txt"] });
        Assert.Empty(again);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task Fetch_OfAnArchiveWithoutAFile_NamesIt()
    {
        byte[] archive = Archive(("set/a.bin", [1]));
        var problem = await Assert.ThrowsAsync<IOException>(() => Fetch(request => StubServer.Give(request, archive), Remote(archive, "set.tar.gz") with { Members = ["a.bin", "b.txt"] }));
        Assert.Contains("does not hold b.txt", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fetch_OfWhatIsNoArchive_SaysSo()
    {
        var problem = await Assert.ThrowsAsync<IOException>(() => Fetch(request => StubServer.Give(request, _content), Remote(_content, "set.tar.gz") with { Members = ["a.bin"] }));
        Assert.Contains("set.tar.gz is no archive", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sets_HaveUsableEntries() => Assert.All(RemoteSets.All, set =>
    {
        Assert.Same(set, RemoteSets.Find(set.Name.ToUpperInvariant()));
        Assert.All(set.Files, file =>
        {
            Assert.Equal(16, Convert.FromHexString(file.Md5).Length);
            Assert.Equal(file.Md5.ToLowerInvariant(), file.Md5);
            Assert.NotEmpty(file.Mirrors);
            Assert.All(file.Mirrors, mirror => Assert.EndsWith("/", mirror.AbsolutePath, StringComparison.Ordinal));
            Assert.Equal(file.Name.EndsWith(".tar.gz", StringComparison.Ordinal), file.Members.Count > 0);
        });
    });

    public void Dispose() => _folder.Dispose();

    private static RemoteFile Remote(byte[] content, string name)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        hash.AppendData(content);
        return new(name, content.Length, Convert.ToHexStringLower(hash.GetHashAndReset()), [_first, _second]);
    }

    private async Task<(IReadOnlyList<string> Fetched, StubServer Server)> Fetch(Func<HttpRequestMessage, HttpResponseMessage> answer, RemoteFile? file = null, Action<FetchProgress>? progress = null, double patience = 30, CancellationToken stop = default)
    {
        var server = new StubServer(answer);
        using var fetcher = new DataFetcher(server, TimeSpan.FromSeconds(patience));
        var set = new RemoteSet("set", "a set", "none", [file ?? Remote(_content, Name)]);
        return (await fetcher.FetchAsync(set, Target, progress, stop), server);
    }

    private static byte[] Archive(params (string Path, byte[] Content)[] files)
    {
        var bytes = new MemoryStream();
        using (var packed = new GZipStream(bytes, CompressionLevel.Fastest))
        using (var tar = new TarWriter(packed))
        {
            foreach (var (path, content) in files)
            {
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, path) { DataStream = new MemoryStream(content) });
            }
        }

        return bytes.ToArray();
    }
}
