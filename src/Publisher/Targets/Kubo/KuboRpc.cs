using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Image2Ipfs.Publisher.Targets.Kubo;

/// <summary>
/// The RPC of a node: <c>POST /api/v0/…</c> with arguments in the query, answered by JSON values, one a line. A command
/// that fails is 500 with <c>{"Message", "Code", "Type"}</c>, or, once its answer has begun, the trailer <c>X-Stream-Error</c>.
/// Source: docs.ipfs.tech/reference/kubo/rpc.
/// </summary>
internal sealed class KuboRpc : IDisposable
{
    private const string ErrorTrailer = "X-Stream-Error";

    /// <summary>No answer that we ask for comes near it.</summary>
    private const int MaxAnswer = 1024 * 1024;

    private readonly TimeSpan _silence;
    private readonly HttpClient _http;

    /// <param name="address">Where it is.</param>
    /// <param name="silence">How long nothing may happen.</param>
    public KuboRpc(KuboAddress address, TimeSpan silence)
    {
        _silence = silence;
        var handler = new SocketsHttpHandler
        {
            // The RPC of a node redirects nowhere, and a secret must not follow where somebody else sends it.
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            ConnectTimeout = TimeSpan.FromSeconds(15),
        };
        if (address.Socket is { } socket)
            handler.ConnectCallback = (_, cancel) => ConnectAsync(socket, cancel);
        _http = new HttpClient(handler) { BaseAddress = address.Url, Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.Authorization = address.Authorization;
    }

    /// <summary>Runs a command that has no body.</summary>
    /// <exception cref="KuboFault">It failed.</exception>
    public Task<IReadOnlyList<JsonElement>> CallAsync(string command, CancellationToken cancel, params IEnumerable<(string Name, string Value)> arguments) =>
        CallAsync(command, arguments, _ => null, cancel);

    /// <param name="command">Below <c>/api/v0/</c>.</param>
    /// <param name="arguments">The query; a name may come twice.</param>
    /// <param name="content">Makes the body; it is given what it calls whenever bytes were taken.</param>
    /// <param name="cancel">Ends the call.</param>
    /// <returns>The values of the answer.</returns>
    /// <exception cref="KuboFault">It failed.</exception>
    public async Task<IReadOnlyList<JsonElement>> CallAsync(
        string command, IEnumerable<(string Name, string Value)> arguments, Func<Action, HttpContent?> content, CancellationToken cancel)
    {
        var query = string.Join('&', arguments.Select(a => $"{a.Name}={Uri.EscapeDataString(a.Value)}"));
        using var silence = new Silence(_silence, cancel);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"api/v0/{command}?{query}", UriKind.Relative)) { Content = content(silence.Broken) };
        // A node that will not have it says so before gigabytes are on their way, and is heard while they are.
        request.Headers.ExpectContinue = request.Content is not null;
        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, silence.Token).ConfigureAwait(false);
            silence.Broken();
            var body = await ReadAsync(response, silence).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode)
                throw Fault(command, response, body);
            if (response.TrailingHeaders.TryGetValues(ErrorTrailer, out var errors))
                throw new KuboFault(KuboFaultKind.Command, $"{command}: {Message(Encoding.UTF8.GetBytes(errors.First())) ?? Printable.Text(errors.First())}");
            return ImportAnswer.Parse(body);
        }
        catch (OperationCanceledException e) when (silence.IsOver)
        {
            throw new KuboFault(KuboFaultKind.Silent, $"nothing happened for {_silence.TotalSeconds:0.#} seconds", e);
        }
        // What nobody asked to be cancelled is a connection that did not come about in time.
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            throw new KuboFault(KuboFaultKind.Unreachable, Printable.Text(e.GetBaseException().Message), e);
        }
    }

    public void Dispose() => _http.Dispose();

    private static async ValueTask<Stream> ConnectAsync(string path, CancellationToken cancel)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancel).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task<byte[]> ReadAsync(HttpResponseMessage response, Silence silence)
    {
        using var body = new MemoryStream();
        await using var stream = await response.Content.ReadAsStreamAsync(silence.Token).ConfigureAwait(false);
        var buffer = new byte[8192];
        while (await stream.ReadAsync(buffer, silence.Token).ConfigureAwait(false) is > 0 and var read)
        {
            silence.Broken();
            body.Write(buffer, 0, read);
            if (body.Length > MaxAnswer)
                throw new KuboFault(KuboFaultKind.BadAnswer, "its answer does not end");
        }
        return body.ToArray();
    }

    private static KuboFault Fault(string command, HttpResponseMessage response, byte[] body)
    {
        var status = $"{(int)response.StatusCode} {Printable.Text(response.ReasonPhrase ?? "")}".TrimEnd();
        return response.StatusCode switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new KuboFault(KuboFaultKind.Refused, status),
            HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout =>
                new KuboFault(KuboFaultKind.Unreachable, status) { RetryAfter = RetryAfter(response) },
            // 404 of js-ipfs is a command's: what it looked for is not there.
            _ when Message(body) is { } message => new KuboFault(KuboFaultKind.Command, $"{command}: {message}"),
            >= HttpStatusCode.InternalServerError => new KuboFault(KuboFaultKind.Unreachable, status) { RetryAfter = RetryAfter(response) },
            _ => new KuboFault(KuboFaultKind.NoRpc, status),
        };
    }

    private static TimeSpan? RetryAfter(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } when date > DateTimeOffset.UtcNow => date - DateTimeOffset.UtcNow,
        _ => null,
    };

    /// <summary>The words of an error, or null where the text is none.</summary>
    private static string? Message(byte[] text)
    {
        try
        {
            var error = JsonElement.Parse(text);
            return error.ValueKind == JsonValueKind.Object && error.TryGetProperty("Message", out var message) && message.ValueKind == JsonValueKind.String
                ? Printable.Text(message.GetString()!)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
