using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Image2Ipfs.EndToEnd.Tests.Fronts;

/// <summary>A certificate authority that nobody trusts yet, and a certificate of example.org and its subdomains.</summary>
internal sealed class TestAuthority
{
    private TestAuthority(X509Certificate2 authority, string folder)
    {
        (Certificate, File) = (authority, Path.Combine(folder, "ca.crt"));
        (Chain, Key, Both) = (Path.Combine(folder, "fullchain.pem"), Path.Combine(folder, "privkey.pem"), Path.Combine(folder, "example.org.pem"));
    }

    public X509Certificate2 Certificate { get; }

    /// <summary>Its own certificate, for clients to trust.</summary>
    public string File { get; }

    public string Chain { get; }

    public string Key { get; }

    /// <summary>Certificate and key in one file.</summary>
    public string Both { get; }

    public static TestAuthority Create(string folder)
    {
        Directory.CreateDirectory(folder);
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Tests of Image2Ipfs", authorityKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        var now = DateTimeOffset.UtcNow;
        using var authority = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(30));

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var ours = new CertificateRequest("CN=example.org", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        foreach (var name in new[] { "example.org", "*.ipfs.example.org", "*.ipns.example.org" })
            names.AddDnsName(name);
        names.AddIpAddress(IPAddress.Loopback);
        ours.CertificateExtensions.Add(names.Build());
        ours.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false));
        ours.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        using var certificate = ours.Create(authority, now.AddDays(-1), now.AddDays(29), RandomNumberGenerator.GetBytes(8));

        var made = new TestAuthority(X509CertificateLoader.LoadCertificate(authority.RawData), folder);
        var (chain, keyText) = ($"{certificate.ExportCertificatePem()}\n{authority.ExportCertificatePem()}\n", key.ExportPkcs8PrivateKeyPem() + "\n");
        System.IO.File.WriteAllText(made.File, authority.ExportCertificatePem() + "\n");
        System.IO.File.WriteAllText(made.Chain, chain);
        System.IO.File.WriteAllText(made.Key, keyText);
        System.IO.File.WriteAllText(made.Both, chain + keyText);
        return made;
    }
}
