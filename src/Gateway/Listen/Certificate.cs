using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Image2Ipfs.Gateway.Settings;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Options;

namespace Image2Ipfs.Gateway.Listen;

/// <summary>
/// The certificate of all https addresses, taken anew when its files change: connections that are opened then get the new one, those
/// that are open go on. Kestrel's own setting closes the address for that and opens it again after five seconds, in which nobody gets
/// in and what still runs is cut. The contents are compared: a link that is moved on, as Kubernetes and certbot do it, changes no date.
/// </summary>
internal sealed partial class Certificate(IOptions<GatewaySettings> settings, TimeProvider clock, ILogger<Certificate> logger) : BackgroundService
{
    private readonly TlsSettings _settings = settings.Value.Tls;
    private string _read = "";
    private string _problem = "";
    private volatile Loaded? _current;

    public void Use(HttpsConnectionAdapterOptions https)
    {
        if (_settings.Certificate.Length == 0)
            return;
        if (_current is null)
        {
            _current = Load(Read());
            LogCertificate(_settings.Certificate, _current.Leaf.Subject, _current.Leaf.NotAfter, _settings.CheckEvery);
        }
        // Kestrel wants one of these; its context, in which the chain is sent too, counts.
        https.ServerCertificateSelector = (_, _) => _current.Leaf;
        https.OnAuthenticate = Choose;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_settings.Certificate.Length == 0)
            return;
        using var timer = new PeriodicTimer(_settings.CheckEvery, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
            LookAgain();
    }

    private void Choose(ConnectionContext connection, SslServerAuthenticationOptions options)
    {
        options.ServerCertificateSelectionCallback = null;
        options.ServerCertificateContext = _current!.Context;
    }

    private void LookAgain()
    {
        try
        {
            var text = Read();
            if (_current is null)
                return; // no https address
            if (text != _read)
            {
                _current = Load(text);
                LogCertificate(_settings.Certificate, _current.Leaf.Subject, _current.Leaf.NotAfter, _settings.CheckEvery);
            }
            _problem = "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            // Once: it is looked at often, and the other file may be about to follow.
            var problem = e.InnerException is null ? e.Message : $"{e.Message} {e.InnerException.Message}";
            if (problem != _problem)
                LogUnusable(problem);
            _problem = problem;
        }
    }

    /// <summary>Both files as one text, in which the certificate comes first.</summary>
    private string Read() => File.ReadAllText(_settings.Certificate) + (_settings.Key.Length > 0 ? "\n" + File.ReadAllText(_settings.Key) : "");

    /// <exception cref="InvalidDataException">It is no certificate, or the key is another one's.</exception>
    private Loaded Load(string text)
    {
        try
        {
            var leaf = X509Certificate2.CreateFromPem(text, text);
            var chain = new X509Certificate2Collection();
            chain.ImportFromPem(text);
            var context = SslStreamCertificateContext.Create(leaf, chain, offline: true);
            _read = text;
            return new Loaded(leaf, context);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new InvalidDataException($"Tls:Certificate {_settings.Certificate} and its key cannot be used:", e);
        }
    }

    [LoggerMessage(EventId = 24, Level = LogLevel.Information, Message = "Tls:Certificate {File} is {Subject}, until {Until:u}; CheckEvery {CheckEvery}")]
    private partial void LogCertificate(string file, string subject, DateTime until, TimeSpan checkEvery);

    [LoggerMessage(EventId = 25, Level = LogLevel.Error, Message = "The certificate stays as it was: {Problem}")]
    private partial void LogUnusable(string problem);

    private sealed record Loaded(X509Certificate2 Leaf, SslStreamCertificateContext Context);
}
