using System.Buffers.Text;
using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Image2Ipfs.EndToEnd.Tests.Runtimes;
using Image2Ipfs.Registry;
using Image2Ipfs.Testing;

namespace Image2Ipfs.EndToEnd.Tests;

/// <summary>Schema 1 beside the programs that define it: distribution, which makes it, and openssl, which verifies its signature.</summary>
public sealed class ConversionTests(Site site)
{
    /// <summary>distribution reads a time before it unescapes it, so a plus must stand as it is.</summary>
    private static readonly JsonSerializerOptions AsGo = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Of archives that real programs wrote, and of configurations that make Go's JSON tell itself from others'.</summary>
    [EndToEndFact]
    public async Task The_payload_of_every_image_is_the_one_that_docker_registry_makes()
    {
        await using var registry = await DockerRegistry.StartAsync(site.NewPath("registry"));
        var done = new HashSet<string>();
        var wrong = new List<string>();
        foreach (var archive in Directory.EnumerateFiles(Vectors.File("archives"), "*.tar").Order(StringComparer.Ordinal).Append(await OddAsync()))
        {
            var result = await site.Publisher.RunAsync(archive, "--json");
            // Hollow archives lack their layers.
            foreach (var image in result.ExitCode == 0 ? Published.Parse(result.Output).Images : [])
            {
                if (image.Manifests.SingleOrDefault(m => m.MediaType == MediaType.Schema1.Value) is not { } ours || !done.Add($"{image.Name}:{image.Tag} {ours.Digest}"))
                    continue;
                await PushAsync(registry, image);
                var (type, digest, text) = await registry.PullOldestAsync(image.Name, image.Tag);
                Assert.Equal(MediaType.Schema1Signed.Value, type);
                var payload = await BlobAsync(ours.Digest);
                if (digest != ours.Digest || !Payload(text).AsSpan().SequenceEqual(payload))
                    wrong.Add($"{Path.GetFileName(archive)} {image.Name}:{image.Tag}");
            }
        }
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.InRange(done.Count, 20, int.MaxValue);
    }

    [EndToEndTheory]
    [InlineData("docker-20.10.24.tar")]
    [InlineData("docker-1.9.1.tar")]
    public async Task The_signature_is_one_that_openssl_verifies(string archive)
    {
        var published = await site.PublishAsync(archive);
        var image = published.Images[0];
        using var http = new HttpClient();
        var text = await http.GetByteArrayAsync(new Uri((await site.GatewayAsync()).Address, $"/v2/{published.Root.Component}/{image.Name}/manifests/{image.Tag}"), TestContext.Current.CancellationToken);

        var signature = JsonElement.Parse(text).GetProperty("signatures")[0];
        var signed = site.NewPath("signed");
        await File.WriteAllTextAsync(signed, $"{signature.GetProperty("protected").GetString()}.{Base64Url.EncodeToString(Payload(text))}", TestContext.Current.CancellationToken);
        var key = site.NewPath("key.pem");
        await File.WriteAllTextAsync(key, KeyPem(signature.GetProperty("header").GetProperty("jwk")), TestContext.Current.CancellationToken);
        var der = site.NewPath("signature");
        await File.WriteAllBytesAsync(der, Der(Base64Url.DecodeFromChars(signature.GetProperty("signature").GetString())), TestContext.Current.CancellationToken);

        Assert.Equal("Verified OK", (await Command.RunAsync("openssl", ["dgst", "-sha256", "-verify", key, "-signature", der, signed])).Succeeded().Output.Trim());
        await File.AppendAllTextAsync(signed, ".", TestContext.Current.CancellationToken);
        (await Command.RunAsync("openssl", ["dgst", "-sha256", "-verify", key, "-signature", der, signed])).Failed();
    }

    private async Task PushAsync(DockerRegistry registry, PublishedImage image)
    {
        foreach (var digest in image.Layers.Select(l => l.Digest).Append(image.Id).Distinct())
        {
            await using var blob = File.OpenRead(BlobFile(digest));
            await registry.PushBlobAsync(image.Name, digest, blob);
        }
        await registry.PushManifestAsync(image.Name, image.Tag, MediaType.Schema2, await BlobAsync(image.Manifest(MediaType.Schema2).Digest));
    }

    private Task<byte[]> BlobAsync(string digest) => File.ReadAllBytesAsync(BlobFile(digest), TestContext.Current.CancellationToken);

    private string BlobFile(string digest) => Path.Combine(site.Store, "blobs", digest.Replace(':', '/'));

    /// <summary>docker/libtrust: the payload is the text up to formatLength with formatTail after it.</summary>
    private static byte[] Payload(byte[] text)
    {
        var header = JsonElement.Parse(Base64Url.DecodeFromChars(JsonElement.Parse(text).GetProperty("signatures")[0].GetProperty("protected").GetString()));
        return [.. text.AsSpan(0, header.GetProperty("formatLength").GetInt32()), .. Base64Url.DecodeFromChars(header.GetProperty("formatTail").GetString())];
    }

    private static string KeyPem(JsonElement jwk)
    {
        using var key = ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = { X = Base64Url.DecodeFromChars(jwk.GetProperty("x").GetString()), Y = Base64Url.DecodeFromChars(jwk.GetProperty("y").GetString()) },
        });
        return key.ExportSubjectPublicKeyInfoPem();
    }

    /// <summary>Two numbers side by side, as openssl wants them.</summary>
    private static byte[] Der(byte[] signature)
    {
        var der = new AsnWriter(AsnEncodingRules.DER);
        using (der.PushSequence())
        {
            der.WriteInteger(new BigInteger(signature.AsSpan(0, 32), isUnsigned: true, isBigEndian: true));
            der.WriteInteger(new BigInteger(signature.AsSpan(32), isUnsigned: true, isBigEndian: true));
        }
        return der.Encode();
    }

    private async Task<string> OddAsync()
    {
        var layout = new TestLayout();
        string[] texts = ["plain", "", "<a> & b", "\"quoted\" \\ \t \r\n \b \f \u0001 \u007f", "\u2028 \u2029 \u00e9 \u4e2d \ud83d\ude00", "a/b+c=d", "'`{}[]"];
        string[] times = ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00.120Z", "2026-01-01T00:00:00.123456789Z", "2026-01-01T00:00:00.000+02:00", "2026-01-01T00:00:00.5-11:30", "0001-01-01T00:00:00Z"];
        for (var i = 0; i < texts.Length; i++)
        {
            var layers = Enumerable.Range(0, 1 + (i % 3)).Select(n => TestLayer.Gzip(TestImage.Layer($"{i}-{n}"))).ToArray();
            var history = new JsonArray([.. layers.Select((_, n) => (JsonNode)new JsonObject { ["created"] = times[(i + n) % times.Length], ["created_by"] = texts[i], ["comment"] = texts[(i + 1) % texts.Length], ["author"] = texts[(i + 2) % texts.Length] })]);
            if (i % 2 == 0)
                history.Insert(i % 3 == 0 ? 0 : history.Count, new JsonObject { ["created_by"] = texts[i], ["empty_layer"] = true });
            var config = JsonNode.Parse(TestImage.ConfigOf(layers.Select(l => l.Content)))!.AsObject();
            config["history"] = history;
            config["config"]!["Labels"] = new JsonObject([.. texts.Select((t, n) => KeyValuePair.Create($"{t} {n}", (JsonNode?)t))]);
            config["z.number"] = JsonNode.Parse("[1.50e+2, -0, 0.1, 12345678901234567890, null, true, {}, []]");
            layout.List(layout.Manifest(
                layout.Blob(MediaType.DockerConfig.Value, Encoding.UTF8.GetBytes(config.ToJsonString(AsGo))), layers.Select(l => layout.Layer(l.OfDocker())), MediaType.Schema2), $"odd:{i}");
        }
        var archive = site.NewPath("odd.tar");
        await File.WriteAllBytesAsync(archive, layout.Tar(), TestContext.Current.CancellationToken);
        return archive;
    }
}
