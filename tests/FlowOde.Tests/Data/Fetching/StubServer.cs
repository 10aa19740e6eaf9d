using System.Net;
using System.Net.Http.Headers;

namespace FlowOde.Tests.Data.Fetching;

/// <summary>Answers requests from memory, and remembers them.</summary>
internal sealed class StubServer(Func<HttpRequestMessage, HttpResponseMessage> answer) : HttpMessageHandler
{
    /// <summary>The address and the first byte asked for, of each request.</summary>
    public List<(Uri Address, long From)> Requests { get; } = [];

    /// <summary>A whole file, or what is behind the first byte asked for where ranges are understood.</summary>
    public static HttpResponseMessage Give(HttpRequestMessage request, byte[] content, bool knowsRanges = true)
    {
        long from = knowsRanges && request.Headers.Range is { } range ? range.Ranges.Single().From ?? 0 : 0;
        var response = new HttpResponseMessage(from > 0 ? HttpStatusCode.PartialContent : HttpStatusCode.OK) { Content = new ByteArrayContent(content[(int)from..]) };
        response.Content.Headers.ContentRange = from > 0 ? new ContentRangeHeaderValue(from, content.Length - 1, content.Length) : null;
        return response;
    }

    /// <summary>Some bytes, and then the line breaks.</summary>
    public static HttpResponseMessage Break(byte[] content) => new(HttpStatusCode.OK) { Content = new StreamContent(new BreakingStream(content)) };

    /// <summary>Headers, and then silence.</summary>
    public static HttpResponseMessage Hang() => new(HttpStatusCode.OK) { Content = new StreamContent(new SilentStream()) };

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Requests.Add((request.RequestUri!, request.Headers.Range?.Ranges.Single().From ?? 0));
        return Task.FromResult(answer(request));
    }

    private sealed class BreakingStream(byte[] content) : MemoryStream(content)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            await base.ReadAsync(buffer, cancellationToken) is var count and > 0 ? count : throw new HttpIOException(HttpRequestError.ResponseEnded, "the line broke");
    }

    private sealed class SilentStream : MemoryStream
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return 0;
        }
    }
}
