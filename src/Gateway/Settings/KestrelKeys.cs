using System.Security.Authentication;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Image2Ipfs.Gateway.Settings;

/// <summary>
/// The keys of the <c>Kestrel</c> section, whose own classes are not public.
/// Source: learn.microsoft.com/aspnet/core/fundamentals/servers/kestrel/endpoints.
/// </summary>
internal sealed class KestrelKeys
{
    public Dictionary<string, Endpoint>? Endpoints { get; set; }

    public Endpoint? EndpointDefaults { get; set; }

    public Dictionary<string, Certificate>? Certificates { get; set; }

    public sealed class Endpoint
    {
        public string? Url { get; set; }

        public HttpProtocols Protocols { get; set; }

        public IList<SslProtocols>? SslProtocols { get; set; }

        public ClientCertificateMode ClientCertificateMode { get; set; }

        public Certificate? Certificate { get; set; }

        public Dictionary<string, Endpoint>? Sni { get; set; }
    }

    public sealed class Certificate
    {
        public string? Path { get; set; }

        public string? KeyPath { get; set; }

        public string? Password { get; set; }

        public string? Subject { get; set; }

        public string? Store { get; set; }

        public string? Location { get; set; }

        public bool AllowInvalid { get; set; }
    }
}
