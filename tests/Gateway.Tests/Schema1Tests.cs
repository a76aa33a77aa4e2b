using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Registry;

namespace Image2Ipfs.Gateway.Tests;

/// <summary>What Docker up to 1.9 does with the only manifest that it reads.</summary>
public sealed class Schema1Tests(SamplesGateway gateway) : IClassFixture<SamplesGateway>
{
    [Fact]
    public async Task The_signature_is_verified_as_a_client_verifies_it()
    {
        foreach (var repository in new[] { gateway.Tiny, gateway.Old, gateway.Two })
        {
            var reply = await gateway.Running.GetAsync($"{repository}/manifests/s2");
            Assert.Equal(Digest.Sha256(VerifiedPayload(reply.Body)).ToString(), reply["Docker-Content-Digest"]);
        }
    }

    [Fact]
    public async Task A_warning_says_who_refuses_it()
    {
        var warning = (await gateway.Running.GetAsync($"{gateway.Tiny}/manifests/s2"))["Warning"]!;
        Assert.Matches("^299 - \"[^\"]+\"$", warning);
        Assert.Null((await gateway.Running.GetAsync($"{gateway.Tiny}/manifests/s2", ("Accept", MediaType.Schema2.Value)))["Warning"]);
    }

    [Fact]
    public async Task By_digest_it_is_signed_too()
    {
        var byTag = await gateway.Running.GetAsync($"{gateway.Tiny}/manifests/s2");
        var digest = byTag["Docker-Content-Digest"];
        foreach (var accept in new[] { "*/*", MediaType.Schema2.Value, MediaType.Schema1.Value })
        {
            var reply = await gateway.Running.GetAsync($"{gateway.Tiny}/manifests/{digest}", ("Accept", accept));
            Assert.Equal(MediaType.Schema1Signed.Value, reply["Content-Type"]);
            Assert.Equal(digest, reply["Docker-Content-Digest"]);
            Assert.Equal(digest, Digest.Sha256(VerifiedPayload(reply.Body)).ToString());
        }
    }

    [Fact]
    public async Task Its_layers_can_be_pulled_and_the_history_fits_them()
    {
        using var manifest = JsonDocument.Parse((await gateway.Running.GetAsync($"{gateway.Tiny}/manifests/s2")).Body);
        var root = manifest.RootElement;
        Assert.Equal("t/tiny", root.GetProperty("name").GetString());
        Assert.Equal("s2", root.GetProperty("tag").GetString());
        Assert.Equal("amd64", root.GetProperty("architecture").GetString());
        var layers = root.GetProperty("fsLayers").EnumerateArray().Select(l => l.GetProperty("blobSum").GetString()!).ToList();
        Assert.Equal(layers.Count, root.GetProperty("history").GetArrayLength());
        foreach (var layer in layers)
            Assert.Equal(layer, (await gateway.Running.GetAsync($"{gateway.Tiny}/blobs/{layer}")).BodyDigest.ToString());
    }

    [Fact]
    public async Task Signatures_made_at_the_same_time_are_all_valid()
    {
        await using var running = await RunningGateway.StartAsync(gateway.Samples.Folder);
        var replies = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => running.GetAsync($"{gateway.Two}/manifests/other")));
        Assert.All(replies, r => Assert.Equal(r["Docker-Content-Digest"], Digest.Sha256(VerifiedPayload(r.Body)).ToString()));
        Assert.Single(replies.Select(r => r.Body.Length).Distinct());
    }

    /// <summary>docker/libtrust: the payload is the text up to formatLength with formatTail after it.</summary>
    private static byte[] VerifiedPayload(byte[] text)
    {
        using var json = JsonDocument.Parse(text);
        var signature = json.RootElement.GetProperty("signatures")[0];
        var protectedText = signature.GetProperty("protected").GetString()!;
        using var protectedHeader = JsonDocument.Parse(Base64Url.DecodeFromChars(protectedText));
        var length = protectedHeader.RootElement.GetProperty("formatLength").GetInt32();
        byte[] payload = [.. text[..length], .. Base64Url.DecodeFromChars(protectedHeader.RootElement.GetProperty("formatTail").GetString())];

        Assert.Equal("ES256", signature.GetProperty("header").GetProperty("alg").GetString());
        var jwk = signature.GetProperty("header").GetProperty("jwk");
        using var key = ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new ECPoint
            {
                X = Base64Url.DecodeFromChars(jwk.GetProperty("x").GetString()),
                Y = Base64Url.DecodeFromChars(jwk.GetProperty("y").GetString()),
            },
        });
        Assert.True(key.VerifyData(
            Encoding.ASCII.GetBytes(protectedText + "." + Base64Url.EncodeToString(payload)),
            Base64Url.DecodeFromChars(signature.GetProperty("signature").GetString()),
            HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));
        return payload;
    }
}
