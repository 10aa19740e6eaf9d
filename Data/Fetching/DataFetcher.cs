using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;

namespace FlowOde.Data.Fetching;

/// <summary>
/// Downloads data sets. A file has its name only when it is whole and its checksum is right; what was interrupted is continued by the next try;
/// where one address fails, the next one is asked.
/// </summary>
public sealed class DataFetcher : IDisposable
{
    private const string Unfinished = ".part";
    private const int BufferBytes = 1 << 16;

    private readonly HttpClient _client;
    private readonly TimeSpan _patience;

    /// <summary>Sets up.</summary>
    /// <param name="handler">What sends requests, which is taken over; the usual one by default.</param>
    /// <param name="patience">How long an address may stay silent; a minute by default.</param>
    public DataFetcher(HttpMessageHandler? handler = null, TimeSpan? patience = null)
    {
        _client = new(handler ?? new SocketsHttpHandler()) { Timeout = Timeout.InfiniteTimeSpan };
        _client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("FlowOde", typeof(DataFetcher).Assembly.GetName().Version?.ToString(2) ?? "0"));
        _patience = patience ?? TimeSpan.FromMinutes(1);
    }

    /// <summary>Downloads what of a set is not there.</summary>
    /// <param name="set">The set.</param>
    /// <param name="folder">Where its files go; made where it is not there.</param>
    /// <param name="progress">Hears how far each file is.</param>
    /// <param name="stop">Stops; what is there so far is continued by the next call.</param>
    /// <returns>The names of the files that were downloaded; none where all were there.</returns>
    /// <exception cref="IOException">No address gave a file, or it cannot be written.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was cancelled.</exception>
    public async Task<IReadOnlyList<string>> FetchAsync(RemoteSet set, string folder, Action<FetchProgress>? progress = null, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        Directory.CreateDirectory(folder);
        var fetched = new List<string>();
        foreach (var file in set.Files)
        {
            if (!await IsThereAsync(file, folder, stop).ConfigureAwait(false))
            {
                await FetchFileAsync(file, folder, progress, stop).ConfigureAwait(false);
                fetched.Add(file.Name);
            }
        }

        return fetched;
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    /// <summary>Whether a file is there: with the right checksum, or unpacked.</summary>
    private static async Task<bool> IsThereAsync(RemoteFile file, string folder, CancellationToken stop) =>
        file.Kept.All(name => File.Exists(Path.Combine(folder, name)))
        && (file.Members.Count > 0 || await ChecksumAsync(Path.Combine(folder, file.Name), stop).ConfigureAwait(false) == file.Md5);

    private async Task FetchFileAsync(RemoteFile file, string folder, Action<FetchProgress>? progress, CancellationToken stop)
    {
        var part = Path.Combine(folder, file.Name + Unfinished);
        var failures = new List<string>();
        foreach (var address in file.Mirrors.Select(mirror => new Uri(mirror, file.Name)))
        {
            if (await TryAsync(file, address, part, progress, stop).ConfigureAwait(false) is { } failure)
            {
                failures.Add($"{address}: {failure}");
                continue;
            }

            if (file.Members.Count == 0)
            {
                File.Move(part, Path.Combine(folder, file.Name), overwrite: true);
                return;
            }

            await TarMembers.ExtractAsync(part, file.Name, file.Members, folder, stop).ConfigureAwait(false);
            File.Delete(part);
            return;
        }

        throw new IOException($"{file.Name} cannot be downloaded. {string.Join(" ", failures.Select(failure => failure.TrimEnd('.') + "."))} Try again later, or put the file into {folder} by hand.");
    }

    /// <summary>Downloads from one address; null, or why that failed.</summary>
    private async Task<string?> TryAsync(RemoteFile file, Uri address, string part, Action<FetchProgress>? progress, CancellationToken stop)
    {
        try
        {
            await DownloadAsync(file, address, part, progress, stop).ConfigureAwait(false);
        }
        catch (HttpRequestException problem)
        {
            return problem.StatusCode is { } status ? $"answers {(int)status}" : problem.InnerException?.Message ?? problem.Message;
        }
        catch (HttpIOException problem)
        {
            return problem.Message;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return $"was silent for {_patience.TotalSeconds:0.#} seconds";
        }

        var length = new FileInfo(part).Length;
        if (length < file.Bytes)
        {
            return $"ended after {length} of {file.Bytes} bytes";
        }

        if (await ChecksumAsync(part, stop).ConfigureAwait(false) is var found && found == file.Md5)
        {
            return null;
        }

        File.Delete(part);
        return $"gives other content (MD5 {found}, expected {file.Md5})";
    }

    private async Task DownloadAsync(RemoteFile file, Uri address, string part, Action<FetchProgress>? progress, CancellationToken stop)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var there = File.Exists(part) ? new FileInfo(part).Length : 0;
        if (there >= file.Bytes)
        {
            there = 0; // whole, and yet without its name: its checksum was wrong or was not taken
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Range = there > 0 ? new RangeHeaderValue(there, null) : null;
        silence.CancelAfter(_patience);
        using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, silence.Token).ConfigureAwait(false);
        response.EnsureSuccessStatusCode();
        var continues = there > 0 && response.StatusCode == HttpStatusCode.PartialContent && response.Content.Headers.ContentRange?.From == there;
        var source = await response.Content.ReadAsStreamAsync(silence.Token).ConfigureAwait(false);
        await using var _ = source.ConfigureAwait(false);
        var target = new FileStream(part, continues ? FileMode.Append : FileMode.Create, FileAccess.Write);
        await using var __ = target.ConfigureAwait(false);
        var buffer = new byte[BufferBytes];
        while (true)
        {
            silence.CancelAfter(_patience);
            var count = await source.ReadAsync(buffer, silence.Token).ConfigureAwait(false);
            if (count == 0 || target.Length > file.Bytes)
            {
                return; // more than the whole file is other content, which the checksum will tell
            }

            await target.WriteAsync(buffer.AsMemory(0, count), silence.Token).ConfigureAwait(false);
            progress?.Invoke(new(file.Name, target.Length, file.Bytes));
        }
    }

    private static async Task<string> ChecksumAsync(string path, CancellationToken stop)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        var stream = File.OpenRead(path);
        await using var _ = stream.ConfigureAwait(false);
        var buffer = new byte[BufferBytes];
        while (await stream.ReadAsync(buffer, stop).ConfigureAwait(false) is var count and > 0)
        {
            hash.AppendData(buffer, 0, count);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
