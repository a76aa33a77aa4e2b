using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Publisher.Describe;
using Image2Ipfs.Publisher.Images;
using Image2Ipfs.Publisher.Targets;
using Image2Ipfs.Registry;
using Image2Ipfs.Store;

namespace Image2Ipfs.Publisher.Output;

/// <summary>The results as JSON, for <c>--json</c>: one object or array, on one stdout.</summary>
internal static class Json
{
    private static readonly JsonWriterOptions Options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <code>
    /// {"root": {…}, "images": [{"pull", "name", "tag", IMAGE}], "totalSize", "added": [{"digest", "size"}],
    ///   "targets": [{"target", "wasThere", "bytes", "mfs", "ipns"}]}
    /// IMAGE := "id", "platform", "manifests": [{"mediaType", "digest", "size"}], "layers": [{"digest", "size", "diffId"}]
    ///        | "id", "manifests": […], "absent": [platform], "platforms": [{IMAGE}]        | "id", "artifactType", "manifests": […]
    /// </code>
    public static string Of(PublishResult result, PullName pullName) => Write(json =>
    {
        json.WriteStartObject();
        json.WritePropertyName("root");
        WriteCid(json, result.Root);
        json.WriteStartArray("images");
        foreach (var forms in result.Images.Where(i => i.Tagged.Tag is not null))
            WriteImage(json, forms, pullName.Of(result.Root, forms.Tagged.Name, forms.Tagged.Tag!.Value));
        json.WriteEndArray();
        json.WriteNumber("totalSize", result.TotalSize);
        json.WriteStartArray("added");
        foreach (var blob in result.Added)
            WriteBlob(json, blob);
        json.WriteEndArray();
        WriteTargets(json, result.Deliveries);
        json.WriteEndObject();
    });

    /// <summary><c>{"root": {…}, "targets": […]}</c>, the targets as after a publish.</summary>
    public static string Of(Cid root, IEnumerable<Delivery> deliveries) => Write(json =>
    {
        json.WriteStartObject();
        json.WritePropertyName("root");
        WriteCid(json, root);
        WriteTargets(json, deliveries);
        json.WriteEndObject();
    });

    /// <summary><c>[{"root": {…}, "pull": […]}]</c></summary>
    public static string Of(IEnumerable<(Cid Root, IReadOnlyList<string> PullNames)> roots) => Write(json =>
    {
        json.WriteStartArray();
        foreach (var (root, pullNames) in roots)
        {
            json.WriteStartObject();
            json.WritePropertyName("root");
            WriteCid(json, root);
            json.WriteStartArray("pull");
            foreach (var name in pullNames)
                json.WriteStringValue(name);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });

    /// <summary><c>[{"root", "ok", "problems": […]}]</c></summary>
    public static string OfVerified(IEnumerable<(Cid Root, IReadOnlyList<string> Problems)> verified) => Write(json =>
    {
        json.WriteStartArray();
        foreach (var (root, problems) in verified)
        {
            json.WriteStartObject();
            json.WriteString("root", root.ToString());
            json.WriteBoolean("ok", problems.Count == 0);
            json.WriteStartArray("problems");
            foreach (var problem in problems)
                json.WriteStringValue(problem);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });

    /// <summary><c>{"root", "freed"}</c></summary>
    public static string OfRemoved(Cid root, long freed) => Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("root", root.ToString());
        json.WriteNumber("freed", freed);
        json.WriteEndObject();
    });

    /// <summary>A CID in every text form.</summary>
    public static string Of(Cid cid) => Write(json => WriteCid(json, cid));

    private static void WriteCid(Utf8JsonWriter json, Cid cid)
    {
        json.WriteStartObject();
        json.WriteString("cid", cid.ToString());
        if (cid.ToV0() is { } v0)
            json.WriteString("dockerized", v0.ToRepositoryComponent());
        json.WriteString("component", cid.ToRepositoryComponent());
        json.WriteString("base32", cid.ToBase32());
        json.WriteString("base36", cid.ToBase36());
        json.WriteString("base16", cid.ToBase16());
        json.WriteEndObject();
    }

    private static void WriteImage(Utf8JsonWriter json, ImageForms forms, string pull)
    {
        var (name, tag, manifest) = forms.Tagged;
        json.WriteStartObject();
        json.WriteString("pull", pull);
        json.WriteString("name", name.ToString());
        json.WriteString("tag", tag?.ToString());
        json.WriteString("id", manifest.Id.ToString());
        switch (manifest)
        {
            case SourceImage image:
                WriteContents(json, image, image.Config.Platform, forms.Manifests);
                break;
            case SourceArtifact artifact:
                json.WriteString("artifactType", artifact.Type);
                WriteManifests(json, forms.Manifests);
                break;
            case SourceIndex index:
                WriteManifests(json, forms.Manifests);
                json.WriteStartArray("absent");
                foreach (var absent in index.Absent())
                    json.WriteStringValue(absent);
                json.WriteEndArray();
                json.WriteStartArray("platforms");
                foreach (var platform in forms.Platforms)
                {
                    json.WriteStartObject();
                    json.WriteString("id", platform.Image.Id.ToString());
                    WriteContents(json, platform.Image, platform.Platform, platform.Manifests);
                    json.WriteEndObject();
                }
                json.WriteEndArray();
                break;
        }
        json.WriteEndObject();
    }

    private static void WriteManifests(Utf8JsonWriter json, IEnumerable<Form> manifests)
    {
        json.WriteStartArray("manifests");
        foreach (var form in manifests)
            WriteBlob(json, form.Blob, form.MediaType);
        json.WriteEndArray();
    }

    private static void WriteContents(Utf8JsonWriter json, SourceImage image, Platform platform, IEnumerable<Form> manifests)
    {
        json.WriteString("platform", platform.ToString());
        WriteManifests(json, manifests);
        json.WriteStartArray("layers");
        foreach (var (layer, diffId) in image.Layers.Zip(image.Config.DiffIds))
        {
            json.WriteStartObject();
            json.WriteString("digest", layer.Descriptor.Digest.ToString());
            json.WriteNumber("size", layer.Descriptor.Size);
            json.WriteString("diffId", diffId.ToString());
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteTargets(Utf8JsonWriter json, IEnumerable<Delivery> deliveries)
    {
        json.WriteStartArray("targets");
        foreach (var delivery in deliveries)
        {
            json.WriteStartObject();
            json.WriteString("target", delivery.Target);
            if (delivery.Bytes is { } bytes)
            {
                json.WriteBoolean("wasThere", delivery.WasThere);
                json.WriteNumber("bytes", bytes);
            }
            if (delivery.MfsPath is not null)
                json.WriteString("mfs", delivery.MfsPath);
            if (delivery.IpnsName is not null)
                json.WriteString("ipns", delivery.IpnsName);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteBlob(Utf8JsonWriter json, StagedBlob blob, MediaType? form = null)
    {
        json.WriteStartObject();
        if (form is { } mediaType)
            json.WriteString("mediaType", mediaType.Value);
        json.WriteString("digest", blob.Digest.ToString());
        json.WriteNumber("size", blob.Size);
        json.WriteEndObject();
    }

    private static string Write(Action<Utf8JsonWriter> value)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Options))
            value(json);
        return Encoding.UTF8.GetString(bytes.ToArray());
    }
}
