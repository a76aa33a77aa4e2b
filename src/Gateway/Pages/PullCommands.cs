using System.Buffers;
using System.Net;

namespace Image2Ipfs.Gateway.Pages;

/// <summary>What to type to pull, for each client, from the host that this one asked.</summary>
internal sealed class PullCommands
{
    // Of what a header may hold, nothing that a shell reads as more than a word.
    private static readonly SearchValues<char> HostCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_:[]");

    private readonly bool _isPlain;

    public PullCommands(HttpContext context)
    {
        var (request, connection) = (context.Request, context.Connection);
        _isPlain = !request.IsHttps;
        Host = request.Host.Value is { Length: > 0 and <= 255 } host && !host.AsSpan().ContainsAnyExcept(HostCharacters)
            ? host
            : new IPEndPoint(connection.LocalIpAddress is { } address && !address.Equals(IPAddress.Any) ? address : IPAddress.Loopback, connection.LocalPort).ToString();
    }

    /// <summary>As the client sees it: what pull names begin with.</summary>
    public string Host { get; }

    /// <summary>Whether Docker has to be told that this registry speaks HTTP; on this machine it knows.</summary>
    public bool NeedsInsecureRegistry => _isPlain && !Host.StartsWith("localhost", StringComparison.OrdinalIgnoreCase) && !Host.StartsWith("127.", StringComparison.Ordinal) && !Host.StartsWith("[::1]", StringComparison.Ordinal);

    /// <param name="image">Name and tag or digest.</param>
    /// <param name="file">What a client that writes a file calls it.</param>
    public IEnumerable<(string Client, string Command)> For(string image, string file)
    {
        var name = $"{Host}/{image}";
        yield return ("Docker", $"docker pull {name}");
        yield return ("Podman", $"podman pull {If("--tls-verify=false ")}{name}");
        yield return ("Kubernetes", $"image: {name}");
        yield return ("nerdctl", $"nerdctl {If("--insecure-registry ")}pull {name}");
        yield return ("containerd", $"ctr images pull {If("--plain-http ")}{name}");
        yield return ("skopeo", $"skopeo copy {If("--src-tls-verify=false ")}docker://{name} oci:{file}");
        yield return ("crane", $"crane pull {If("--insecure ")}{name} {file}.tar");
    }

    private string If(string option) => _isPlain ? option : "";
}
