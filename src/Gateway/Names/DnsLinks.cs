using System.Net;
using DnsClient;
using Image2Ipfs.Gateway.Settings;
using Image2Ipfs.Gateway.Upstreams;
using Microsoft.Extensions.Options;

namespace Image2Ipfs.Gateway.Names;

/// <summary>
/// DNSLinks from the name servers. Nothing is ever asked of the domain's own hosts.
/// <code>
/// TXT of _dnslink.&lt;domain&gt;, or if it has none, of &lt;domain&gt;:    "dnslink=" path        path: /ipfs/… or /ipns/…
/// </code>
/// Source: dnslink.dev. Of several, nobody could say which is meant: that is an error, as in boxo.
/// </summary>
internal sealed class DnsLinks(IOptions<GatewaySettings> settings)
{
    private const string Prefix = "dnslink=";
    private const int Tries = 3;

    private readonly NameSettings _settings = settings.Value.Names;
    private readonly Lazy<LookupClient?> _client = new(() => Client(settings.Value.Names));

    /// <returns>The path, and how long the name servers would keep it.</returns>
    /// <exception cref="UpstreamsFailedException">There is none, or nobody says.</exception>
    public async Task<(string Path, TimeSpan Ttl)> AskAsync(Domain domain)
    {
        foreach (var name in new[] { $"_dnslink.{domain}", domain.ToString() })
        {
            var (links, ttl) = await AskAsync(domain, name).ConfigureAwait(false);
            if (links.Count > 1)
                throw Failure(domain, FaultKind.Wrong, $"{name} has {links.Count} DNSLinks");
            if (links is [var link])
                return (link, ttl);
        }
        throw Failure(domain, FaultKind.Absent, "has no DNSLink");
    }

    private async Task<(IReadOnlyList<string> Links, TimeSpan Ttl)> AskAsync(Domain domain, string name)
    {
        if (_client.Value is not { } client)
            throw Failure(domain, FaultKind.Failed, "this machine has no name server");
        using var timeout = new CancellationTokenSource(_settings.DnsTimeout);
        try
        {
            var answer = await client.QueryAsync($"{name}.", QueryType.TXT, cancellationToken: timeout.Token).ConfigureAwait(false);
            if (answer.Header.ResponseCode is not (DnsHeaderResponseCode.NoError or DnsHeaderResponseCode.NotExistentDomain))
                throw Failure(domain, FaultKind.Failed, $"{answer.NameServer} answered {answer.Header.ResponseCode} for {name}");
            // Other systems have links of their own in the same record.
            var links = answer.Answers.TxtRecords()
                .Select(txt => string.Concat(txt.Text))
                .Where(text => text.StartsWith($"{Prefix}/ipfs/", StringComparison.Ordinal) || text.StartsWith($"{Prefix}/ipns/", StringComparison.Ordinal))
                .Select(text => text[Prefix.Length..])
                .Distinct()
                .ToList();
            // Those of the aliases on the way count too.
            return (links, TimeSpan.FromSeconds(answer.Answers.Select(a => a.InitialTimeToLive).DefaultIfEmpty().Min()));
        }
        catch (OperationCanceledException)
        {
            throw Failure(domain, FaultKind.Timeout, $"no name server answered for {name} in time");
        }
        catch (DnsResponseException e)
        {
            throw Failure(domain, e.Code == DnsResponseCode.ConnectionTimeout ? FaultKind.Timeout : FaultKind.Failed, $"no name server answered for {name}: {e.DnsError}");
        }
    }

    private static UpstreamsFailedException Failure(Domain domain, FaultKind kind, string outcome) =>
        new($"/ipns/{domain}", [new Attempt("DNS", kind, outcome, null, 0)]);

    /// <summary>Null where there is nobody to ask.</summary>
    private static LookupClient? Client(NameSettings settings)
    {
        // Without a setting the system's, and if it has none, nobody's: the library would ask a stranger.
        NameServer[] servers = settings.NameServers.Count > 0
            ? [.. settings.NameServers.Select(text => IPEndPoint.Parse(text)).Select(server => new NameServer(server.Address, server.Port == 0 ? NameServer.DefaultPort : server.Port))]
            : [.. NameServer.ResolveNameServers(skipIPv6SiteLocal: true, fallbackToGooglePublicDns: false)];
        return servers.Length == 0 ? null : new LookupClient(new LookupClientOptions(servers)
        {
            // What is remembered, and for how long, is ours to say.
            UseCache = false,
            Timeout = settings.DnsTimeout / Tries,
            Retries = Tries - 1,
            ThrowDnsErrors = false,
        });
    }
}
